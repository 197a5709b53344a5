import Foundation
import Tensors

/// A safetensors file, its header checked, its tensors read on demand.
///
/// The header is trusted in nothing: every range must lie in the file, and together they must
/// cover the data without overlap or hole. A file opened by URL is mapped, so reading a few rows
/// of a large tensor touches only those pages.
public struct SafetensorsFile: Sendable {
  /// Largest header that is read, in bytes.
  public static let headerLimit = 32 << 20

  /// The file's name in error messages.
  public let name: String
  /// The header's free text.
  public let metadata: [String: String]
  /// The tensors in the order of their data.
  public let entries: [SafetensorsEntry]
  private let data: Data
  private let dataStart: Int
  private let positions: [String: Int]

  /// Opens a file.
  ///
  /// - Throws: `LayersError` if it cannot be read or is not a well-formed safetensors file.
  public init(contentsOf url: URL) throws(LayersError) {
    try self.init(MappedFile.read(url), name: url.path)
  }

  /// Reads a file from memory.
  ///
  /// - Parameter name: what error messages call it.
  public init(_ data: Data, name: String) throws(LayersError) {
    // Offsets below count from zero, which a slice's indices need not.
    let data = data.startIndex == 0 ? data : Data(data)
    guard data.count >= 8 else {
      throw .truncated(file: name, detail: "\(data.count) bytes cannot hold a header's length")
    }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= Self.headerLimit else {
      throw .malformed(
        file: name, detail: "a header of \(length) bytes; at most \(Self.headerLimit) are read")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= data.count else {
      throw .truncated(file: name, detail: "the header ends at \(dataStart) of \(data.count) bytes")
    }
    let header = try SafetensorsHeaderParser(parsing: [UInt8](data[8..<dataStart]), file: name)
    let entries = header.entries.sorted {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    for entry in entries {
      guard entry.byteRange.lowerBound == end else {
        throw .malformed(
          file: name,
          detail: "tensor `\(entry.name)` begins at \(entry.byteRange.lowerBound), the data before "
            + "it ends at \(end)")
      }
      end = entry.byteRange.upperBound
    }
    guard end <= data.count - dataStart else {
      throw .truncated(
        file: name, detail: "the tensors need \(end) bytes, \(data.count - dataStart) are there")
    }
    guard end == data.count - dataStart else {
      throw .malformed(
        file: name, detail: "\(data.count - dataStart - end) bytes after the last tensor")
    }
    self.name = name
    metadata = header.metadata
    self.entries = entries
    self.data = data
    self.dataStart = dataStart
    positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The tensors' names in the order of their data.
  public var names: [String] { entries.map(\.name) }

  /// A tensor's header entry.
  ///
  /// - Throws: `LayersError.missingTensor`.
  public func entry(_ tensor: String) throws(LayersError) -> SafetensorsEntry {
    guard let position = positions[tensor] else {
      throw .missingTensor(file: name, name: tensor)
    }
    return entries[position]
  }

  /// A floating-point tensor as 32-bit floats.
  ///
  /// - Throws: `LayersError` if it is missing or holds integers.
  public func tensor(_ name: String) throws(LayersError) -> Tensor {
    let entry = try entry(name)
    return Tensor(try floats(of: entry, 0..<entry.count), shape: entry.shape)
  }

  /// A tensor that must have a given shape.
  public func tensor(_ name: String, shape: [Int]) throws(LayersError) -> Tensor {
    let entry = try entry(name)
    guard entry.shape == shape else {
      throw .wrongShape(file: self.name, name: name, expected: shape, found: entry.shape)
    }
    return try tensor(name)
  }

  /// Part of a tensor along its first dimension; only those bytes are read.
  ///
  /// - Precondition: the rows exist.
  /// - Returns: [rows.count, further extents …].
  public func tensor(_ name: String, rows: Range<Int>) throws(LayersError) -> Tensor {
    let entry = try entry(name)
    let extent = entry.shape.first ?? 0
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= extent, "rows \(rows) of \(name) with \(extent)")
    let width = entry.shape.dropFirst().reduce(1, *)
    let range = (rows.lowerBound * width)..<(rows.upperBound * width)
    return Tensor(
      try floats(of: entry, range), shape: [rows.count] + entry.shape.dropFirst())
  }

  /// A tensor's bytes as they lie in the file, not copied where the file is mapped.
  ///
  /// - Throws: `LayersError.missingTensor`.
  public func bytes(of name: String) throws(LayersError) -> Data {
    let range = try entry(name).byteRange
    return data[dataStart + range.lowerBound..<dataStart + range.upperBound]
  }

  /// An integer tensor's elements in row-major order.
  ///
  /// - Throws: `LayersError` if it is missing or holds floating-point numbers.
  public func integers(_ name: String) throws(LayersError) -> [Int64] {
    let entry = try entry(name)
    let start = dataStart + entry.byteRange.lowerBound
    let found = entry.elementType.integers(in: data.bytes, at: start, count: entry.count)
    guard let found else { throw wrongType(entry) }
    return found
  }

  private func floats(
    of entry: SafetensorsEntry, _ range: Range<Int>
  ) throws(LayersError) -> [Float] {
    let start =
      dataStart + entry.byteRange.lowerBound + range.lowerBound * entry.elementType.byteCount
    let found = entry.elementType.floats(in: data.bytes, at: start, count: range.count)
    guard let found else { throw wrongType(entry) }
    return found
  }

  private func wrongType(_ entry: SafetensorsEntry) -> LayersError {
    .wrongElementType(file: name, name: entry.name, found: entry.elementType.rawValue)
  }
}
