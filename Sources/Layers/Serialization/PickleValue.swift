/// A Python object of the few kinds that a file of tensors needs.
///
/// Containers hold positions in the unpickler's list of objects rather than objects, so a file can
/// neither nest deeply enough to overflow a stack nor tie a knot that is never freed.
enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer of more than 64 bits, little-endian; only the format's magic number is one.
  case longInt([UInt8])
  case float(Double)
  case string(String)
  case tuple([Int])
  case list([Int])
  case dictionary([(key: Int, value: Int)])
  /// An `argparse.Namespace`: names and values, nothing else of it.
  case namespace([(key: Int, value: Int)])
  case global(PickleGlobal)
  case storage(Int)
  case tensor(PickledTensor)

  static func == (left: PickleValue, right: PickleValue) -> Bool {
    switch (left, right) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.longInt(let a), .longInt(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    default: false
    }
  }
}

/// The Python names that a pickle may refer to. Naming one is all that happens: none is called.
enum PickleGlobal: Sendable, Equatable {
  case orderedDictionary
  case namespace
  case rebuildTensor
  case rebuildTensor2
  case rebuildParameter
  case storageType(ElementType)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("argparse", "Namespace"): self = .namespace
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor2
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", let storage):
      guard let type = Self.storageTypes[storage] else { return nil }
      self = .storageType(type)
    default: return nil
    }
  }

  private static let storageTypes: [String: ElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .brainFloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]
}

/// A view of a storage, as a pickle describes it.
struct PickledTensor: Sendable, Equatable {
  let storage: Int
  let offset: Int
  let shape: [Int]
  let strides: [Int]

  /// Elements from the first to the last that the view shows; the view must not be empty.
  var extent: Int { zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 } }
}

/// A block of elements that views share.
struct PickledStorage: Sendable, Equatable {
  let key: String
  let elementType: ElementType
  let count: Int
}
