import Foundation
import Tensors

/// A state dict saved by PyTorch: tensors by name, read on demand.
public struct PyTorchCheckpoint: Sendable {
  /// The file's name in error messages.
  public let name: String
  /// The tensors' names in the order of the dictionary.
  public let names: [String]
  private let file: PyTorchFile
  private let tensors: [String: PickledTensor]

  /// Opens a file that holds one state dict.
  ///
  /// - Throws: `LayersError` if it cannot be read, is no such checkpoint, or holds anything but
  ///   named tensors.
  public init(contentsOf url: URL) throws(LayersError) {
    try self.init(PyTorchFile(contentsOf: url).root, called: "the checkpoint")
  }

  /// Reads a file from memory.
  ///
  /// - Parameter name: what error messages call it.
  public init(_ data: Data, name: String) throws(LayersError) {
    try self.init(PyTorchFile(data, name: name).root, called: "the checkpoint")
  }

  /// Takes a part of a file for a state dict.
  ///
  /// - Parameter part: what error messages call it.
  /// - Throws: `LayersError.malformed` if it holds anything but named tensors.
  public init(_ object: PyTorchObject, called part: String) throws(LayersError) {
    file = object.file
    name = object.file.name
    guard let entries = try object.entries() else {
      throw .malformed(file: name, detail: "\(part) is not a dictionary of tensors")
    }
    var tensors: [String: PickledTensor] = [:]
    for entry in entries {
      guard let tensor = entry.value.tensor else {
        throw .malformed(file: name, detail: "`\(entry.name)` is not a tensor")
      }
      let key = file.storages[tensor.storage].key
      guard file.starts[key] != nil else {
        throw .malformed(
          file: name, detail: "tensor `\(entry.name)`: storage \(key) is not in the file")
      }
      tensors[entry.name] = tensor
    }
    self.tensors = tensors
    names = entries.map(\.name)
  }

  /// A tensor's shape.
  public func shape(of tensor: String) throws(LayersError) -> [Int] {
    try stored(tensor).tensor.shape
  }

  /// A floating-point tensor, its strides resolved to row-major order.
  public func tensor(_ name: String) throws(LayersError) -> Tensor {
    let (tensor, type, storageStart) = try stored(name)
    if tensor.shape.contains(0) { return Tensor([], shape: tensor.shape) }
    let start = storageStart + tensor.offset * type.byteCount
    guard let stored = type.floats(in: file.data.bytes, at: start, count: tensor.extent) else {
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
    let (tensor, type, storageStart) = try stored(name)
    if tensor.shape.contains(0) { return [] }
    let start = storageStart + tensor.offset * type.byteCount
    guard let stored = type.integers(in: file.data.bytes, at: start, count: tensor.extent) else {
      throw .wrongElementType(file: self.name, name: name, found: type.rawValue)
    }
    return Self.rowMajor(stored, tensor.shape, tensor.strides)
  }

  private func stored(
    _ name: String
  ) throws(LayersError) -> (tensor: PickledTensor, elementType: ElementType, start: Int) {
    guard let tensor = tensors[name] else { throw .missingTensor(file: self.name, name: name) }
    let storage = file.storages[tensor.storage]
    return (tensor, storage.elementType, file.starts[storage.key, default: 0])
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
