import Foundation

/// Writes small checkpoints of the format before zip, honest and hostile ones.
struct PickleBuilder {
  var bytes: [UInt8] = [0x80, 2]

  mutating func raw(_ values: [UInt8]) { bytes += values }
  mutating func op(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }

  mutating func string(_ text: String) {
    op("X")
    little(text.utf8.count, 4)
    bytes += Array(text.utf8)
  }

  mutating func int(_ value: Int) {
    bytes += [0x8A, 8]
    little(value, 8)
  }

  mutating func global(_ module: String, _ name: String) {
    bytes += Array("c\(module)\n\(name)\n".utf8)
  }

  mutating func tuple(_ values: [Int]) {
    op("(")
    values.forEach { int($0) }
    op("t")
  }

  mutating func little(_ value: Int, _ width: Int) {
    bytes += (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// A tensor on the stack.
  mutating func tensor(
    storage: String = "FloatStorage", key: String, count: Int, offset: Int = 0, shape: [Int],
    strides: [Int]
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    op("(")
    op("(")
    string("storage")
    global("torch", storage)
    string(key)
    string("cpu")
    int(count)
    op("N")
    op("t")
    op("Q")
    int(offset)
    tuple(shape)
    tuple(strides)
    raw([0x89])
    global("collections", "OrderedDict")
    op(")")
    op("R")
    op("t")
    op("R")
  }

  static let preamble: [UInt8] =
    [0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    + [0x80, 2, 0x4D, 0xE9, 0x03, 0x2E] + [0x80, 2, 0x7D, 0x2E]

  /// A whole file round a pickled object.
  static func file(
    storages: [(key: String, count: Int, bytes: [UInt8])] = [],
    _ body: (inout PickleBuilder) -> Void
  ) -> [UInt8] {
    var object = PickleBuilder()
    body(&object)
    object.op(".")
    var keys = PickleBuilder()
    keys.op("]")
    keys.op("(")
    storages.forEach { keys.string($0.key) }
    keys.op("e")
    keys.op(".")
    var tail = PickleBuilder(bytes: [])
    for storage in storages {
      tail.little(storage.count, 8)
      tail.raw(storage.bytes)
    }
    return preamble + object.bytes + keys.bytes + tail.bytes
  }

  /// A transposed float matrix, a strided slice sharing its storage, and a counter.
  static let honest: [UInt8] = {
    let floats = (0..<6).flatMap { index in
      (0..<4).map { UInt8(truncatingIfNeeded: Float(index).bitPattern >> UInt32(8 * $0)) }
    }
    return file(storages: [("1", 6, floats), ("2", 1, [5, 0, 0, 0, 0, 0, 0, 0])]) {
      $0.global("collections", "OrderedDict")
      $0.op(")")
      $0.op("R")
      $0.raw([0x71, 0])
      $0.op("(")
      $0.string("matrix")
      $0.tensor(key: "1", count: 6, shape: [3, 2], strides: [1, 3])
      $0.string("slice")
      $0.tensor(key: "1", count: 6, offset: 1, shape: [2], strides: [3])
      $0.string("counter")
      $0.tensor(storage: "LongStorage", key: "2", count: 1, shape: [], strides: [])
      $0.op("u")
      $0.op("}")
      $0.op("b")
    }
  }()
}
