/// Consecutive runs of rows of different lengths: the words of each caption, the nodes of each pair.
public struct Segments: Sendable, Equatable {
  /// Where each segment begins, and at the end where the last one ends: [segments + 1].
  public let offsets: [Int]

  /// - Parameter lengths: number of rows of each segment.
  public init(lengths: [Int]) {
    var offsets = [0]
    offsets.reserveCapacity(lengths.count + 1)
    var end = 0
    for length in lengths {
      precondition(length >= 0, "negative segment length")
      end += length
      offsets.append(end)
    }
    self.offsets = offsets
  }

  /// `count` segments of the same length.
  public init(repeating length: Int, count: Int) {
    self.init(lengths: Array(repeating: length, count: count))
  }

  /// Number of segments.
  public var count: Int { offsets.count - 1 }
  /// Number of rows in all segments.
  public var rowCount: Int { offsets[offsets.count - 1] }
  /// The rows of segment `index`.
  public subscript(index: Int) -> Range<Int> { offsets[index]..<offsets[index + 1] }
  /// The number of rows of segment `index`.
  public func length(_ index: Int) -> Int { offsets[index + 1] - offsets[index] }
  /// The number of rows of each segment.
  public var lengths: [Int] { (0..<count).map(length) }

  /// The index of the segment that each row belongs to: [rowCount].
  public var segmentOfRow: [Int] {
    (0..<count).flatMap { Array(repeating: $0, count: length($0)) }
  }
}

/// Operations on rows grouped into segments.
extension Tensor {
  /// The mean of each segment's rows: [segments, columns]; zero for an empty one.
  public func segmentMeans(_ segments: Segments) -> Tensor {
    precondition(segments.rowCount == rows, "segments of \(segments.rowCount) rows for \(rows)")
    let width = columns
    var means = Tensor.zeros([segments.count, width])
    withPointer { source in
      means.withMutablePointer { target in
        for segment in 0..<segments.count {
          let factor = 1 / Float(max(segments.length(segment), 1))
          for row in segments[segment] {
            addRow(
              source + row * width, scaledBy: factor, to: target + segment * width, width)
          }
        }
      }
    }
    return means
  }

  /// Adds to each row `factor` (or one over its segment's length) times its segment's row of
  /// `source`: the reverse of `segmentMeans`.
  public mutating func addSegmentRows(
    _ source: Tensor, _ segments: Segments, dividedByLength: Bool = false
  ) {
    precondition(
      segments.rowCount == rows && source.rows == segments.count && source.columns == columns,
      "adding \(source.shape) over \(segments.count) segments to \(shape)")
    let width = columns
    source.withPointer { source in
      withMutablePointer { target in
        for segment in 0..<segments.count {
          let factor = dividedByLength ? 1 / Float(max(segments.length(segment), 1)) : 1
          for row in segments[segment] {
            addRow(source + segment * width, scaledBy: factor, to: target + row * width, width)
          }
        }
      }
    }
  }

  /// The dot product of each row with its segment's row of `queries`: [rows].
  public func segmentDots(with queries: Tensor, _ segments: Segments) -> Tensor {
    precondition(
      segments.rowCount == rows && queries.rows == segments.count && queries.columns == columns,
      "queries \(queries.shape) over \(segments.count) segments of \(shape)")
    let width = columns
    return withPointer { source in
      queries.withPointer { queries in
        Tensor(shape: [segments.rowCount]) { target in
          for segment in 0..<segments.count {
            for row in segments[segment] {
              target[row] = dotProduct(source + row * width, queries + segment * width, width)
            }
          }
        }
      }
    }
  }

  /// The sum of each segment's rows, each times its weight: [segments, columns].
  public func segmentWeightedSums(_ weights: Tensor, _ segments: Segments) -> Tensor {
    precondition(
      segments.rowCount == rows && weights.count == rows,
      "\(weights.count) weights over \(segments.rowCount) segment rows of \(shape)")
    let width = columns
    var sums = Tensor.zeros([segments.count, width])
    withPointer { source in
      weights.withPointer { weights in
        sums.withMutablePointer { target in
          for segment in 0..<segments.count {
            for row in segments[segment] {
              addRow(
                source + row * width, scaledBy: weights[row], to: target + segment * width, width)
            }
          }
        }
      }
    }
    return sums
  }

  /// Adds to each row its weight times its segment's row of `source`: the reverse pass of
  /// `segmentWeightedSums` towards the rows, and of `segmentDots`.
  public mutating func addSegmentRows(
    _ source: Tensor, weightedBy weights: Tensor, _ segments: Segments
  ) {
    precondition(
      segments.rowCount == rows && weights.count == rows && source.rows == segments.count
        && source.columns == columns,
      "adding \(source.shape) over \(segments.count) segments to \(shape)")
    let width = columns
    source.withPointer { source in
      weights.withPointer { weights in
        withMutablePointer { target in
          for segment in 0..<segments.count {
            for row in segments[segment] {
              addRow(
                source + segment * width, scaledBy: weights[row], to: target + row * width, width)
            }
          }
        }
      }
    }
  }

  /// softmax over each segment of a tensor with one number a row.
  public mutating func softmaxSegments(_ segments: Segments) {
    precondition(segments.rowCount == count, "segments of \(segments.rowCount) rows for \(count)")
    withMutablePointer { pointer in
      for segment in 0..<segments.count where segments.length(segment) > 0 {
        softmax(pointer + segments.offsets[segment], segments.length(segment), sharpness: 1)
      }
    }
  }

  /// The (symmetric) Jacobian of `softmaxSegments` at the point where it gave `self`.
  public func softmaxSegmentsJacobianProduct(
    _ direction: Tensor, _ segments: Segments
  ) -> Tensor {
    precondition(
      segments.rowCount == count && direction.count == count,
      "direction \(direction.shape) over \(segments.rowCount) rows of \(shape)")
    return withPointer { output in
      direction.withPointer { direction in
        Tensor(shape: shape) { target in
          for segment in 0..<segments.count {
            let start = segments.offsets[segment]
            softmaxJacobianProduct(
              output + start, direction + start, into: target + start, segments.length(segment),
              sharpness: 1)
          }
        }
      }
    }
  }

  /// One matrix from two: each segment's row of `heads`, followed by its rows of `tails`.
  /// - Returns: [segments + rows of tails, columns].
  public static func interleaving(
    heads: Tensor, tails: Tensor, _ segments: Segments
  ) -> Tensor {
    precondition(
      heads.rows == segments.count && tails.rows == segments.rowCount
        && heads.columns == tails.columns,
      "interleaving \(heads.shape) and \(tails.shape) by \(segments.count) segments")
    let width = heads.columns
    return heads.withPointer { heads in
      tails.withPointer { tails in
        Tensor(shape: [segments.count + segments.rowCount, width]) { target in
          for segment in 0..<segments.count {
            let start = segments.offsets[segment]
            let head = target + (start + segment) * width
            head.update(from: heads + segment * width, count: width)
            (head + width).update(
              from: tails + start * width, count: segments.length(segment) * width)
          }
        }
      }
    }
  }

  /// The inverse of `interleaving`: the first row of each segment, and the others.
  /// - Parameter segments: the segments of the tails, each one row shorter than in this matrix.
  public func separatingHeads(_ segments: Segments) -> (heads: Tensor, tails: Tensor) {
    precondition(
      rows == segments.count + segments.rowCount, "\(rows) rows for \(segments.count) segments")
    let width = columns
    var heads = Tensor(uninitializedShape: [segments.count, width])
    var tails = Tensor(uninitializedShape: [segments.rowCount, width])
    withPointer { source in
      heads.withMutablePointer { heads in
        tails.withMutablePointer { tails in
          for segment in 0..<segments.count {
            let start = segments.offsets[segment]
            let head = source + (start + segment) * width
            (heads + segment * width).update(from: head, count: width)
            (tails + start * width).update(
              from: head + width, count: segments.length(segment) * width)
          }
        }
      }
    }
    return (heads, tails)
  }
}
