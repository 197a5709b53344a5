/// One object of a file that `torch.save` wrote.
///
/// A handle: containers are walked one step at a time, so depth and knots in a hostile file do no
/// harm.
public struct PyTorchObject: Sendable {
  let file: PyTorchFile
  let index: Int

  private var value: PickleValue { file.objects[index] }

  private func object(_ index: Int) -> PyTorchObject { PyTorchObject(file: file, index: index) }

  /// The entries of a dictionary or a namespace in their order; nil for anything else.
  ///
  /// - Throws: `LayersError.malformed` for a key that is not a string or is there twice.
  public func entries() throws(LayersError) -> [(name: String, value: PyTorchObject)]? {
    let pairs: [(key: Int, value: Int)]
    switch value {
    case .dictionary(let found), .namespace(let found): pairs = found
    default: return nil
    }
    var named: [(name: String, value: PyTorchObject)] = []
    var seen: Set<String> = []
    for pair in pairs {
      guard case .string(let name) = file.objects[pair.key] else {
        throw .malformed(file: file.name, detail: "a key that is not a string")
      }
      guard seen.insert(name).inserted else {
        throw .malformed(file: file.name, detail: "the key `\(name)` occurs twice")
      }
      named.append((name, object(pair.value)))
    }
    return named
  }

  /// The items of a list or a tuple; nil for anything else.
  public var items: [PyTorchObject]? {
    switch value {
    case .list(let items), .tuple(let items): items.map(object)
    default: nil
    }
  }

  /// A whole number; nil for anything else.
  public var integer: Int? {
    if case .int(let number) = value { number } else { nil }
  }

  /// True or false; nil for anything else.
  public var boolean: Bool? {
    if case .bool(let flag) = value { flag } else { nil }
  }

  /// Text; nil for anything else.
  public var text: String? {
    if case .string(let text) = value { text } else { nil }
  }

  var tensor: PickledTensor? {
    if case .tensor(let tensor) = value { tensor } else { nil }
  }
}
