import Foundation
import Tensors

/// A state dict saved by PyTorch before its zip format (`torch.save` up to 1.5): three small
/// pickles, the pickled dictionary, the storages' keys, then their bytes.
///
/// Nothing in the file is executed; see `Unpickler`.
public struct PyTorchCheckpoint: Sendable {
  /// A tensor's place in the file.
  private struct View: Sendable {
    let tensor: PickledTensor
    let elementType: ElementType
    let start: Int
  }

  /// The file's name in error messages.
  public let name: String
  /// The tensors' names in the order of the dictionary.
  public let names: [String]
  private let data: Data
  private let views: [String: View]

  /// Opens a file.
  ///
  /// - Throws: `LayersError` if it cannot be read, is no such checkpoint, or holds anything but
  ///   named tensors.
  public init(contentsOf url: URL) throws(LayersError) {
    try self.init(MappedFile.read(url), name: url.path)
  }

  /// Reads a file from memory.
  ///
  /// - Parameter name: what error messages call it.
  public init(_ data: Data, name: String) throws(LayersError) {
    let data = data.startIndex == 0 ? data : Data(data)
    if data.starts(with: [0x50, 0x4B, 3, 4]) {
      throw .malformed(
        file: name,
        detail: "a zip-format checkpoint; save it again with "
          + "torch.save(…, _use_new_zipfile_serialization=False)")
    }
    var cursor = ByteCursor(data, file: name)
    try Self.readPreamble(&cursor)
    var unpickler = Unpickler(cursor)
    let root = try unpickler.run()
    let named = try Self.tensors(of: root, in: unpickler)
    var keys = Unpickler(unpickler.cursor)
    let keyList = try keys.run()
    let order = try Self.storageKeys(keyList, in: keys)
    cursor = keys.cursor
    let starts = try Self.readStorages(order, described: unpickler.storages, &cursor)

    var views: [String: View] = [:]
    for (tensorName, tensor) in named {
      let storage = unpickler.storages[tensor.storage]
      guard let start = starts[storage.key] else {
        throw .malformed(
          file: name, detail: "tensor `\(tensorName)`: storage \(storage.key) is not in the file")
      }
      let view = View(tensor: tensor, elementType: storage.elementType, start: start)
      guard views.updateValue(view, forKey: tensorName) == nil else {
        throw .malformed(file: name, detail: "tensor `\(tensorName)` occurs twice")
      }
    }
    self.name = name
    self.data = data
    self.views = views
    names = named.map(\.name)
  }

  /// A tensor's shape.
  public func shape(of tensor: String) throws(LayersError) -> [Int] {
    try view(tensor).tensor.shape
  }

  /// A floating-point tensor, its strides resolved to row-major order.
  public func tensor(_ name: String) throws(LayersError) -> Tensor {
    let view = try view(name)
    let (tensor, type) = (view.tensor, view.elementType)
    if tensor.shape.contains(0) { return Tensor([], shape: tensor.shape) }
    let start = view.start + tensor.offset * type.byteCount
    guard let stored = type.floats(in: data.bytes, at: start, count: tensor.extent) else {
      throw .wrongElementType(file: self.name, name: name, found: type.rawValue)
    }
    return Tensor(Self.rowMajor(stored, tensor.shape, tensor.strides), shape: tensor.shape)
  }

  /// A floating-point tensor that must have a given shape.
  public func tensor(_ name: String, shape: [Int]) throws(LayersError) -> Tensor {
    let found = try self.shape(of: name)
    guard found == shape else {
      throw .wrongShape(file: self.name, name: name, expected: shape, found: found)
    }
    return try tensor(name)
  }

  /// An integer tensor's elements in row-major order.
  public func integers(_ name: String) throws(LayersError) -> [Int64] {
    let view = try view(name)
    let (tensor, type) = (view.tensor, view.elementType)
    if tensor.shape.contains(0) { return [] }
    let start = view.start + tensor.offset * type.byteCount
    guard let stored = type.integers(in: data.bytes, at: start, count: tensor.extent) else {
      throw .wrongElementType(file: self.name, name: name, found: type.rawValue)
    }
    return Self.rowMajor(stored, tensor.shape, tensor.strides)
  }

  private func view(_ tensor: String) throws(LayersError) -> View {
    guard let view = views[tensor] else { throw .missingTensor(file: name, name: tensor) }
    return view
  }

  private static func rowMajor<Value>(
    _ stored: [Value], _ shape: [Int], _ strides: [Int]
  ) -> [Value] {
    var result: [Value] = []
    result.reserveCapacity(shape.reduce(1, *))
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    while true {
      result.append(stored[position])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
