import Foundation
import Tensors

/// A `.npy` file of region features, [images, regions, dimension], in 32-bit or 16-bit floats.
///
/// The file is mapped: opening reads its header, asking for rows reads only those. The header is
/// trusted in nothing: it must be of a form that NumPy writes for such an array, and the file must
/// have exactly the bytes that its shape needs. Arrays of Python objects are never read.
public struct NumPyFile: Sendable {
  /// Longest header that is read, in bytes; that of a plain array has 118.
  public static let headerLimit = 1 << 16

  /// The file's name in error messages.
  public let name: String
  /// `float32` or `float16`.
  public let elementType: ElementType
  /// [images, regions, dimension], each at least 1.
  public let shape: [Int]
  private let data: Data
  private let dataStart: Int

  /// Opens a file.
  ///
  /// - Throws: `LayersError` if it cannot be read or is no such array.
  public init(contentsOf url: URL) throws(LayersError) {
    try self.init(MappedFile.read(url), name: url.path)
  }

  /// Reads a file from memory.
  ///
  /// - Parameter name: what error messages call it.
  public init(_ data: Data, name: String) throws(LayersError) {
    let data = data.startIndex == 0 ? data : Data(data)
    var cursor = ByteCursor(data, file: name)
    guard data.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw .malformed(file: name, detail: "not a .npy file")
    }
    try cursor.skip(6)
    let (major, minor) = (try cursor.byte(), try cursor.byte())
    guard (1...3).contains(major), minor == 0 else {
      throw .malformed(
        file: name, detail: "version \(major).\(minor) of the .npy format is not read")
    }
    let length = try cursor.unsigned(major == 1 ? 2 : 4)
    guard length <= Self.headerLimit else {
      throw .malformed(
        file: name, detail: "a header of \(length) bytes; at most \(Self.headerLimit) are read")
    }
    var parser = NumPyHeaderParser(try cursor.bytes(Int(length)), file: name)
    let header = try parser.parse()
    self.name = name
    elementType = try Self.elementType(header.description, file: name)
    shape = header.shape
    self.data = data
    dataStart = cursor.position
    try check(header)
  }

  private static func elementType(
    _ description: String, file: String
  ) throws(LayersError) -> ElementType {
    switch description {
    case "<f4": return .float32
    case "<f2": return .float16
    case _ where description.hasPrefix("|O"):
      throw .malformed(
        file: file, detail: "its elements are pickled Python objects, which are never read")
    default:
      throw .malformed(
        file: file,
        detail: "its elements are of type `\(description)`; little-endian float32 (`<f4`) or "
          + "float16 (`<f2`) is expected")
    }
  }

  private func check(_ header: NumPyHeaderParser.Header) throws(LayersError) {
    guard !header.isFortranOrder else {
      throw .malformed(
        file: name,
        detail: "its array is in Fortran order; save numpy.ascontiguousarray of it")
    }
    guard shape.count == 3, shape[1] > 0, shape[2] > 0 else {
      throw .malformed(
        file: name,
        detail: "its array has shape \(shape); [images, regions, dimension] is expected")
    }
    // An extent of 0 would let any others pass for an array of no bytes.
    guard shape[0] > 0 else {
      throw .malformed(file: name, detail: "its array of shape \(shape) holds no image")
    }
    var size = elementType.byteCount
    for extent in shape {
      let (product, overflows) = size.multipliedReportingOverflow(by: extent)
      guard !overflows else {
        throw .malformed(file: name, detail: "its array of shape \(shape) is too large")
      }
      size = product
    }
    let found = data.count - dataStart
    guard found >= size else {
      throw .truncated(
        file: name, detail: "an array of shape \(shape) needs \(size) bytes, \(found) are there")
    }
    guard found == size else {
      throw .malformed(file: name, detail: "\(found - size) bytes after an array of shape \(shape)")
    }
  }

  /// Images in the array.
  public var imageCount: Int { shape[0] }
  /// Regions of each image.
  public var regions: Int { shape[1] }
  /// Numbers of each region.
  public var dimension: Int { shape[2] }

  /// The features of some images: [images.count × regions × dimension].
  ///
  /// - Precondition: the images are in the array.
  public func features(_ images: Range<Int>) -> [Float] {
    let range = byteRange(images)
    let count = images.count * regions * dimension
    // Only these two types get past `elementType(_:file:)`, and both are floats.
    return elementType.floats(in: data.bytes, at: range.lowerBound, count: count) ?? []
  }

  /// The bytes of one image's features as they are stored.
  ///
  /// - Precondition: the image is in the array.
  public func storedBytes(ofImage image: Int) -> Data { data[byteRange(image..<(image + 1))] }

  private func byteRange(_ images: Range<Int>) -> Range<Int> {
    precondition(
      images.lowerBound >= 0 && images.upperBound <= imageCount,
      "images \(images) of \(name) with \(imageCount)")
    let width = regions * dimension * elementType.byteCount
    return (dataStart + images.lowerBound * width)..<(dataStart + images.upperBound * width)
  }
}
