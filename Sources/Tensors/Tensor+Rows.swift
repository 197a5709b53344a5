/// Operations on the rows of a tensor seen as a matrix.
extension Tensor {
  /// The rows named by `indices`, in that order, repeats allowed.
  public func gatheringRows(_ indices: [Int]) -> Tensor {
    let width = columns
    let height = rows
    return withPointer { source in
      Tensor(shape: [indices.count, width]) { target in
        for (line, index) in indices.enumerated() {
          precondition(index >= 0 && index < height, "row \(index) of \(height)")
          (target + line * width).update(from: source + index * width, count: width)
        }
      }
    }
  }

  /// Adds `factor` times each row of `source` to the row of this tensor that `indices` names for
  /// it, in order.
  public mutating func scatterAdd(
    _ source: Tensor, scaledBy factor: Float = 1, toRows indices: [Int]
  ) {
    precondition(
      source.rows == indices.count && source.columns == columns,
      "scattering \(source.shape) by \(indices.count) indices into \(shape)")
    let width = columns
    let height = rows
    source.withPointer { source in
      withMutablePointer { target in
        for (line, index) in indices.enumerated() {
          precondition(index >= 0 && index < height, "row \(index) of \(height)")
          addRow(source + line * width, scaledBy: factor, to: target + index * width, width)
        }
      }
    }
  }

  /// Adds the rows of `source` to the rows of this tensor from `first` on.
  public mutating func addRows(_ source: Tensor, from first: Int) {
    precondition(
      source.columns == columns && first >= 0 && first + source.rows <= rows,
      "adding rows \(source.shape) at \(first) of \(shape)")
    let start = first * columns
    source.withPointer { pointer in
      withMutablePointer { addRow(pointer, scaledBy: 1, to: $0 + start, source.count) }
    }
  }

  /// Stacks matrices with as many columns on top of each other. A single part is shared, not
  /// copied.
  /// - Parameter width: the columns of the result where there is no part to tell.
  public static func stackingRows(_ parts: [Tensor], columns width: Int = 0) -> Tensor {
    if parts.count == 1 { return parts[0].reshaped([parts[0].rows, parts[0].columns]) }
    let width = parts.first?.columns ?? width
    precondition(parts.allSatisfy { $0.columns == width }, "stacked rows differ in length")
    return Tensor(shape: [parts.reduce(0) { $0 + $1.rows }, width]) { target in
      var position = 0
      for part in parts {
        part.withPointer { (target + position).update(from: $0, count: part.count) }
        position += part.count
      }
    }
  }

  /// `rows` copies of a row: [rows, row.count].
  public init(repeatingRow row: Tensor, rows: Int) {
    let width = row.count
    self = row.withPointer { source in
      Tensor(shape: [rows, width]) { target in
        for line in 0..<rows { (target + line * width).update(from: source, count: width) }
      }
    }
  }

  /// The sum of all rows: [columns]. Rows are added in order.
  public func columnSums() -> Tensor {
    let width = columns
    let height = rows
    var sums = Tensor.zeros([width])
    withPointer { source in
      sums.withMutablePointer { target in
        for line in 0..<height { addRow(source + line * width, scaledBy: 1, to: target, width) }
      }
    }
    return sums
  }

  /// The sum of all elements, in double precision, in a fixed order.
  public func sum() -> Double {
    withPointer { pointer in
      var total = 0.0
      for index in 0..<count { total += Double(pointer[index]) }
      return total
    }
  }

  /// The sum of the squares of all elements, in double precision by chunks in a fixed order.
  public func squaredNorm() -> Double {
    withPointer { pointer in
      var total = 0.0
      var index = 0
      while index < count {
        let length = min(1024, count - index)
        total += Double(dotProduct(pointer + index, pointer + index, length))
        index += length
      }
      return total
    }
  }

  /// Whether every element is a finite number.
  public var isFinite: Bool {
    withPointer { pointer in
      for index in 0..<count where !pointer[index].isFinite { return false }
      return true
    }
  }
}
