extension NumPyFile {
  /// What a `.npy` file of 32-bit floats begins with, as NumPy writes it; the numbers follow, the last
  /// index running fastest.
  ///
  /// - Precondition: the shape has three extents, none negative.
  public static func header(shape: [Int]) -> [UInt8] {
    precondition(shape.count == 3 && shape.allSatisfy { $0 >= 0 }, "the shape \(shape)")
    let extents = shape.map(String.init).joined(separator: ", ")
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
    // Magic, version and length take 10 bytes; the numbers begin at a multiple of 64.
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = UInt16(text.utf8.count)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(text.utf8)
  }
}
