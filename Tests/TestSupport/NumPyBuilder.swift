import Foundation

/// Writes `.npy` files, honest and hostile ones.
public struct NumPyBuilder {
  /// What `descr` says, quotes included.
  public var description = "'<f4'"
  /// What `fortran_order` says.
  public var order = "False"
  /// What `shape` says.
  public var shape: String
  /// The whole dictionary, in place of the three above.
  public var header: String?
  /// Version of the format.
  public var version: UInt8 = 1
  /// What the header's length says; the truth when nil.
  public var length: Int?

  /// A file of an array of this shape.
  public init(shape: [Int]) {
    let extents = shape.map(String.init).joined(separator: ", ")
    self.shape = shape.count == 1 ? "(\(extents),)" : "(\(extents))"
  }

  /// Everything before the numbers, padded to 64 bytes.
  public var prologue: [UInt8] {
    let start = version == 1 ? 10 : 12
    var text = Array(
      (header
        ?? "{'descr': \(description), 'fortran_order': \(order), 'shape': \(shape), }").utf8)
    text += Array(repeating: 0x20, count: 63 - (start + text.count) % 64) + [0x0A]
    let count = length ?? text.count
    let width = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<width).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + text
  }

  /// A whole file of 32-bit floats.
  public func file(_ values: [Float]) -> [UInt8] {
    prologue
      + values.flatMap { value in
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
      }
  }

  /// A whole file of 16-bit floats.
  public func file(halves values: [Float]) -> [UInt8] {
    prologue
      + values.flatMap { value in
        let bits = Float16(value).bitPattern
        return [UInt8(truncatingIfNeeded: bits), UInt8(truncatingIfNeeded: bits >> 8)]
      }
  }
}
