import Foundation

/// A file that `torch.save` wrote, in either of its formats: plain containers, numbers, text and
/// tensors, which stay in the mapped file until they are asked for.
///
/// Nothing in the file is executed; see `Unpickler`.
public struct PyTorchFile: Sendable {
  /// The file's name in error messages.
  public let name: String
  /// Numbers in all storages: the most that distinct tensors can be made of.
  public let storedCount: Int
  let data: Data
  let objects: [PickleValue]
  let storages: [PickledStorage]
  /// Where each storage's elements begin.
  let starts: [String: Int]
  private let rootIndex: Int

  /// Opens a file.
  ///
  /// - Throws: `LayersError` if it cannot be read, is no such file, or refers to any Python object
  ///   but tensors, plain containers and `argparse.Namespace`.
  public init(contentsOf url: URL) throws(LayersError) {
    try self.init(MappedFile.read(url), name: url.path)
  }

  /// Reads a file from memory.
  ///
  /// - Parameter name: what error messages call it.
  public init(_ data: Data, name: String) throws(LayersError) {
    // Offsets count from zero, which a slice's indices need not.
    let data = data.startIndex == 0 ? data : Data(data)
    if data.starts(with: [0x50, 0x4B, 3, 4]) {
      try self.init(zip: data, name: name)
    } else {
      try self.init(legacy: data, name: name)
    }
  }

  init(
    _ data: Data, name: String, _ unpickler: Unpickler, root: Int, starts: [String: Int]
  ) throws(LayersError) {
    self.name = name
    self.data = data
    objects = unpickler.objects
    storages = unpickler.storages
    self.starts = starts
    rootIndex = root
    // Only storages whose bytes are there: the others' counts may be anything.
    storedCount = try Self.distinct(storages, file: name).values
      .filter { starts[$0.key] != nil }.reduce(0) { $0 + $1.count }
  }

  /// The object that was saved.
  public var root: PyTorchObject { PyTorchObject(file: self, index: rootIndex) }

  /// The storages by key.
  ///
  /// - Throws: `LayersError.malformed` for one that is described in two ways.
  static func distinct(
    _ described: [PickledStorage], file: String
  ) throws(LayersError) -> [String: PickledStorage] {
    var known: [String: PickledStorage] = [:]
    for storage in described {
      guard known.updateValue(storage, forKey: storage.key) ?? storage == storage else {
        throw .malformed(file: file, detail: "storage \(storage.key) is described in two ways")
      }
    }
    return known
  }

  static func byteCount(of storage: PickledStorage, file: String) throws(LayersError) -> Int {
    let (size, overflow) = storage.count.multipliedReportingOverflow(
      by: storage.elementType.byteCount)
    guard !overflow else {
      throw .malformed(file: file, detail: "storage \(storage.key) is too large")
    }
    return size
  }
}
