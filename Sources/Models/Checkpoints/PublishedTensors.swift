import Layers
import Tensors

/// The tensors of a published checkpoint as `net_A.img_enc.fc.weight` and so on.
///
/// A network is a state dict with the prefixes `img_enc.`, `txt_enc.`, `sim_enc.`, or, as the code
/// that it descends from saves it, a list of three state dicts without them. `module.`, which
/// `DataParallel` puts before every name, is taken off.
struct PublishedTensors: TensorSource {
  private static let networkKeys = ["net_A", "meta_net_A", "net_B", "meta_net_B"]
  private static let otherKeys = ["epoch", "best_rsum", "opt", "Eiters"]
  private static let encoders = ["img_enc.", "txt_enc.", "sim_enc."]
  private static let parallelPrefix = "module."

  private struct Place {
    let checkpoint: PyTorchCheckpoint
    let storedName: String
  }

  let name: String
  let storedCount: Int
  private(set) var names: [String] = []
  private(set) var options: PyTorchObject?
  private(set) var epoch: Int?
  private var places: [String: Place] = [:]

  init(_ file: PyTorchFile) throws(LayersError) {
    name = file.name
    storedCount = file.storedCount
    guard let entries = try file.root.entries() else {
      throw .malformed(
        file: name, detail: "not a published checkpoint: a dictionary with `net_A` is expected")
    }
    var found: Set<String> = []
    for (key, value) in entries {
      found.insert(key)
      switch key {
      case "opt": options = value
      case "epoch": epoch = value.integer
      case _ where Self.networkKeys.contains(key): try addNetwork(value, called: key)
      case _ where Self.otherKeys.contains(key): continue
      default:
        let nearest = NearestTensorName.to(key, among: Set(Self.networkKeys + Self.otherKeys))
        throw .malformed(
          file: name,
          detail: "unexpected key `\(key)`" + (nearest.map { "; nearest is `\($0)`" } ?? ""))
      }
    }
    if let missing = Self.networkKeys.first(where: { !found.contains($0) }) {
      throw .malformed(
        file: name,
        detail: "`\(missing)` is missing; a checkpoint of MSCN has "
          + Self.networkKeys.map { "`\($0)`" }.joined(separator: ", "))
    }
  }

  private mutating func addNetwork(
    _ object: PyTorchObject, called key: String
  ) throws(LayersError) {
    guard let parts = object.items else {
      return try add(PyTorchCheckpoint(object, called: "`\(key)`"), prefix: key + ".")
    }
    guard parts.count == Self.encoders.count, !key.hasPrefix("meta") else {
      throw .malformed(
        file: name,
        detail: "`\(key)` is a list of \(parts.count); a state dict is expected, or for a "
          + "similarity network the three of its encoders")
    }
    for (part, encoder) in zip(parts, Self.encoders) {
      try add(PyTorchCheckpoint(part, called: "`\(key)`"), prefix: key + "." + encoder)
    }
  }

  private mutating func add(
    _ checkpoint: PyTorchCheckpoint, prefix: String
  ) throws(LayersError) {
    let isParallel =
      !checkpoint.names.isEmpty
      && checkpoint.names.allSatisfy { $0.hasPrefix(Self.parallelPrefix) }
    for stored in checkpoint.names {
      let own = isParallel ? String(stored.dropFirst(Self.parallelPrefix.count)) : stored
      let name = prefix + own
      places[name] = Place(checkpoint: checkpoint, storedName: stored)
      names.append(name)
    }
  }

  /// Which variant of SGRAF network A is, and how many steps of graph reasoning it has (3 for the
  /// other variant, where it means nothing).
  func reasoning() throws(LayersError) -> (ReasoningKind, steps: Int) {
    let graph = "net_A.sim_enc.SGR_module."
    let steps = Set(
      names.filter { $0.hasPrefix(graph) }.map { name in
        name.dropFirst(graph.count).prefix { $0 != "." }
      })
    let isFiltration = names.contains { $0.hasPrefix("net_A.sim_enc.SAF_module.") }
    switch (steps.isEmpty, isFiltration) {
    case (false, false): return (.graph, steps.count)
    case (true, true): return (.filtration, 3)
    default:
      throw .malformed(
        file: name,
        detail: "`net_A` must have either `sim_enc.SGR_module` or `sim_enc.SAF_module`")
    }
  }

  func shape(of name: String) throws(LayersError) -> [Int] {
    let place = try place(name)
    return try place.checkpoint.shape(of: place.storedName)
  }

  func tensor(_ name: String, shape: [Int]) throws(LayersError) -> Tensor {
    let found = try self.shape(of: name)
    guard found == shape else {
      throw .wrongShape(file: self.name, name: name, expected: shape, found: found)
    }
    let place = try place(name)
    return try place.checkpoint.tensor(place.storedName)
  }

  func integers(_ name: String) throws(LayersError) -> [Int64] {
    let place = try place(name)
    return try place.checkpoint.integers(place.storedName)
  }

  private func place(_ name: String) throws(LayersError) -> Place {
    guard let place = places[name] else { throw .missingTensor(file: self.name, name: name) }
    return place
  }
}
