import Layers

/// The command line that a published checkpoint was trained with, as far as it says what the network
/// computes.
struct PublishedOptions {
  private let values: [String: PyTorchObject]
  private let file: String

  /// - Parameter options: the `argparse.Namespace` under `opt`, or a dictionary.
  init(_ options: PyTorchObject, file: String) throws(LayersError) {
    guard let entries = try options.entries() else {
      throw .malformed(file: file, detail: "`opt` is not a namespace")
    }
    values = Dictionary(entries.map { ($0.name, $0.value) }) { first, _ in first }
    self.file = file
  }

  /// Compares what is there with the sizes of the tensors; what is not there says nothing.
  func requireAgrees(_ sizes: SimilarityConfiguration) throws(LayersError) {
    var expected = [
      ("img_dim", sizes.regionDimension), ("word_dim", sizes.wordDimension),
      ("embed_size", sizes.embedSize), ("sim_dim", sizes.similarityDimension),
      ("vocab_size", sizes.vocabularySize), ("num_layers", 1),
      ("meta_net_hidden_size", sizes.metaHidden),
    ]
    if sizes.reasoning == .graph { expected.append(("sgr_step", sizes.reasoningSteps)) }
    for (key, number) in expected {
      guard let value = values[key] else { continue }
      guard let found = value.integer else {
        throw .malformed(file: file, detail: "`opt.\(key)` is not a whole number")
      }
      try require(key, "\(found)", is: "\(number)")
    }
    if let value = values["module_name"] {
      try require(
        "module_name", value.text ?? "no text", is: sizes.reasoning == .graph ? "SGR" : "SAF")
    }
    for (key, flag) in [("bi_gru", true), ("no_imgnorm", false), ("no_txtnorm", false)] {
      guard let value = values[key] else { continue }
      try require(key, value.boolean.map { "\($0)" } ?? "neither true nor false", is: "\(flag)")
    }
  }

  private func require(
    _ key: String, _ found: String, is expected: String
  ) throws(LayersError) {
    guard found == expected else {
      throw .malformed(
        file: file,
        detail: "`opt.\(key)` is \(found), but the network that the tensors form has \(expected)")
    }
  }
}
