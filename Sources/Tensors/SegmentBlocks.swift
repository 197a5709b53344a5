/// A square matrix for each segment, as long and as wide as the segment has rows: attention of
/// the nodes of a pair to each other.
public struct SegmentBlocks: Sendable {
  /// The segments whose rows attend to each other.
  public let segments: Segments
  /// All blocks one after the other, each row-major.
  public private(set) var values: Tensor

  private var blockOffsets: [Int]

  private init(_ segments: Segments) {
    self.segments = segments
    var offsets = [0]
    offsets.reserveCapacity(segments.count + 1)
    for segment in 0..<segments.count {
      let length = segments.length(segment)
      offsets.append(offsets[segment] + length * length)
    }
    blockOffsets = offsets
    values = Tensor(uninitializedShape: [offsets[segments.count]])
  }

  /// left · rightᵀ within each segment.
  public init(_ left: Tensor, timesTransposed right: Tensor, _ segments: Segments) {
    precondition(
      left.rows == segments.rowCount && right.rows == segments.rowCount
        && left.columns == right.columns,
      "blocks of \(left.shape) and \(right.shape) over \(segments.rowCount) rows")
    self.init(segments)
    let width = left.columns
    let offsets = blockOffsets
    left.withPointer { left in
      right.withPointer { right in
        values.withMutablePointer { target in
          for segment in 0..<segments.count {
            let length = segments.length(segment)
            let start = segments.offsets[segment] * width
            guard length > 0 else { continue }
            smallProductTransposed(
              left + start, right + start, into: target + offsets[segment], rows: length,
              columns: length, width: width)
          }
        }
      }
    }
  }

  /// Replaces each row of each block by its softmax.
  public mutating func softmaxRows() {
    let segments = segments
    let offsets = blockOffsets
    values.withMutablePointer { pointer in
      for segment in 0..<segments.count {
        let length = segments.length(segment)
        for row in 0..<length {
          softmax(pointer + offsets[segment] + row * length, length, sharpness: 1)
        }
      }
    }
  }

  /// The (symmetric) Jacobian of `softmaxRows` at the point where it gave `self`.
  public func softmaxRowsJacobianProduct(_ direction: SegmentBlocks) -> SegmentBlocks {
    precondition(direction.segments == segments, "blocks of different segments")
    var result = SegmentBlocks(segments)
    let segments = segments
    let offsets = blockOffsets
    values.withPointer { output in
      direction.values.withPointer { direction in
        result.values.withMutablePointer { target in
          for segment in 0..<segments.count {
            let length = segments.length(segment)
            for row in 0..<length {
              let start = offsets[segment] + row * length
              softmaxJacobianProduct(
                output + start, direction + start, into: target + start, length, sharpness: 1)
            }
          }
        }
      }
    }
    return result
  }

  /// Adds other blocks of the same segments.
  public mutating func add(_ other: SegmentBlocks) {
    precondition(other.segments == segments, "blocks of different segments")
    values.add(other.values)
  }

  /// Each block, or its transpose, times the rows of its segment: [rows, columns].
  public func times(_ rows: Tensor, _ orientation: Orientation = .asStored) -> Tensor {
    var result = Tensor(uninitializedShape: [rows.rows, rows.columns])
    multiply(rows, orientation, into: &result, keeps: false)
    return result
  }

  /// Adds each block, or its transpose, times the rows of its segment to those rows of `sum`.
  public func addTimes(_ rows: Tensor, _ orientation: Orientation = .asStored, to sum: inout Tensor)
  {
    multiply(rows, orientation, into: &sum, keeps: true)
  }

  private func multiply(
    _ rows: Tensor, _ orientation: Orientation, into result: inout Tensor, keeps: Bool
  ) {
    precondition(
      rows.rows == segments.rowCount && result.rows == rows.rows && result.columns == rows.columns,
      "\(rows.shape) into \(result.shape) over \(segments.rowCount) rows")
    let width = rows.columns
    let segments = segments
    let offsets = blockOffsets
    values.withPointer { blocks in
      rows.withPointer { rows in
        result.withMutablePointer { target in
          for segment in 0..<segments.count {
            let length = segments.length(segment)
            let start = segments.offsets[segment] * width
            guard length > 0, width > 0 else { continue }
            smallProduct(
              blocks + offsets[segment], orientation, rows + start, into: target + start,
              length: length, width: width, keeps: keeps)
          }
        }
      }
    }
  }
}
