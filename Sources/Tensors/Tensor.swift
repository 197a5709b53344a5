/// A dense, row-major tensor of 32-bit floats with value semantics.
///
/// A tensor owns its elements or shares them with its slices until one of them is written to
/// (copy on write). All shape mismatches are programming errors and trap at the kernel's door;
/// data from outside is checked by its reader before it becomes a tensor.
public struct Tensor: Sendable {
  /// Extent of each dimension, outermost first. An empty shape is a scalar.
  public private(set) var shape: [Int]
  var storage: TensorStorage
  /// Where this tensor's first element lies in its storage; not zero only for slices.
  var offset: Int
  /// Number of elements.
  public let count: Int

  /// A tensor whose elements `initialize` must write, every one.
  init(shape: [Int], initializingWith initialize: (UnsafeMutablePointer<Float>) -> Void) {
    self.init(uninitializedShape: shape)
    initialize(storage.pointer)
  }

  init(uninitializedShape shape: [Int]) {
    precondition(shape.allSatisfy { $0 >= 0 }, "negative extent in shape \(shape)")
    self.shape = shape
    count = shape.reduce(1, *)
    storage = TensorStorage(uninitializedCount: count)
    offset = 0
  }

  private init(slicing storage: TensorStorage, offset: Int, shape: [Int]) {
    self.shape = shape
    count = shape.reduce(1, *)
    self.storage = storage
    self.offset = offset
  }

  /// A tensor with every element equal to `value`.
  public init(repeating value: Float, shape: [Int]) {
    self.init(uninitializedShape: shape)
    storage.pointer.initialize(repeating: value, count: count)
  }

  /// A tensor of zeros.
  public static func zeros(_ shape: [Int]) -> Tensor { Tensor(repeating: 0, shape: shape) }

  /// A tensor with the given elements in row-major order; their number must fit the shape.
  public init(_ elements: [Float], shape: [Int]) {
    precondition(
      elements.count == shape.reduce(1, *), "\(elements.count) elements for shape \(shape)")
    self.init(uninitializedShape: shape)
    elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      storage.pointer.update(from: base, count: source.count)
    }
  }

  /// A one-dimensional tensor.
  public init(_ elements: [Float]) { self.init(elements, shape: [elements.count]) }

  /// The elements in row-major order.
  public var elements: [Float] {
    Array(UnsafeBufferPointer(start: storage.pointer + offset, count: count))
  }

  /// Number of dimensions.
  public var rank: Int { shape.count }

  /// All extents but the last, multiplied: the tensor seen as a matrix has this many rows.
  public var rows: Int { shape.isEmpty ? 1 : shape.dropLast().reduce(1, *) }

  /// The last extent; one for a scalar.
  public var columns: Int { shape.last ?? 1 }

  /// The element at a row-major position.
  public subscript(position: Int) -> Float {
    get {
      precondition(position >= 0 && position < count, "position \(position) of \(count)")
      return withExtendedLifetime(storage) { storage.pointer[offset + position] }
    }
    set {
      precondition(position >= 0 && position < count, "position \(position) of \(count)")
      withMutablePointer { $0[position] = newValue }
    }
  }

  /// The element at a row and a column of the tensor seen as a matrix.
  public subscript(row: Int, column: Int) -> Float {
    get {
      precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
      return self[row * columns + column]
    }
    set {
      precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
      self[row * columns + column] = newValue
    }
  }

  /// The rows `range` of the tensor seen as a matrix, sharing its elements. O(1).
  public subscript(rows range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Tensor(
      slicing: storage, offset: offset + range.lowerBound * columns,
      shape: [range.count, columns])
  }

  /// A copy of the columns `range` of the tensor seen as a matrix: [rows, range.count].
  public subscript(columns range: Range<Int>) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns, "columns \(range) of \(columns)")
    let (rows, stride) = (rows, columns)
    return withPointer { source in
      Tensor(shape: [rows, range.count]) { target in
        for row in 0..<rows {
          (target + row * range.count).update(
            from: source + row * stride + range.lowerBound, count: range.count)
        }
      }
    }
  }

  /// The same elements in another shape with as many. O(1).
  public func reshaped(_ shape: [Int]) -> Tensor {
    precondition(shape.reduce(1, *) == count, "cannot reshape \(self.shape) to \(shape)")
    return Tensor(slicing: storage, offset: offset, shape: shape)
  }
}

extension Tensor {
  /// Read access to the elements. The pointer is valid within `body` only.
  @inline(__always)
  func withPointer<Result>(_ body: (UnsafePointer<Float>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(storage) { try body(UnsafePointer(storage.pointer + offset)) }
  }

  /// Write access to the elements, after copying them if another tensor shares them.
  @inline(__always)
  mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    if !isKnownUniquelyReferenced(&storage) {
      let copy = TensorStorage(uninitializedCount: count)
      copy.pointer.update(from: storage.pointer + offset, count: count)
      storage = copy
      offset = 0
    }
    return try withExtendedLifetime(storage) { try body(storage.pointer + offset) }
  }
}
