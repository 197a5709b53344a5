import Foundation
import Layers
import Tensors

/// A training state as one safetensors file: both networks, their optimisers, the best pair so far,
/// and the epochs' records in the metadata.
extension TrainingState {
  private struct Notes: Codable {
    let configuration: SimilarityConfiguration
    let recipe: TrainingRecipe
    let dataFingerprint: String
    let records: [EpochRecord]
    let similaritySteps: [Int]
    let metaSteps: [Int]
  }

  private static let notesKey = "winnow.training"

  /// - Parameters:
  ///   - recipe: stored, and compared when the state is read again.
  ///   - dataFingerprint: names the pairs that were trained on; compared likewise.
  public func checkpoint(
    _ recipe: TrainingRecipe, dataFingerprint: String
  ) throws -> SafetensorsWriter {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let notes = try encoder.encode(
      Notes(
        configuration: networks[0].network.similarity.configuration, recipe: recipe,
        dataFingerprint: dataFingerprint, records: records,
        similaritySteps: networks.map(\.similarityOptimizer.steps),
        metaSteps: networks.map(\.metaOptimizer.steps)))
    var writer = SafetensorsWriter(metadata: [Self.notesKey: String(decoding: notes, as: UTF8.self)]
    )
    for (index, state) in networks.enumerated() {
      writer.add(state.network, prefix: "\(index).")
      writer.add(state.similarityOptimizer.firstMoment, prefix: "\(index).adam.first.net.")
      writer.add(state.similarityOptimizer.secondMoment, prefix: "\(index).adam.second.net.")
      writer.add(state.metaOptimizer.firstMoment, prefix: "\(index).adam.first.meta.")
      writer.add(state.metaOptimizer.secondMoment, prefix: "\(index).adam.second.meta.")
      writer.add(best[index], prefix: "\(index).best.")
    }
    return writer
  }

  /// - Throws: `ModelsError.foreignState` if the file belongs to another recipe or other sizes, and
  ///   `LayersError` naming a tensor that is missing, misshapen or unexpected.
  public init(
    checkpoint file: SafetensorsFile, _ configuration: SimilarityConfiguration,
    _ recipe: TrainingRecipe, dataFingerprint: String
  ) throws {
    guard let text = file.metadata[Self.notesKey] else {
      throw ModelsError.foreignState(detail: "\(file.name) is no training state")
    }
    let notes: Notes
    do {
      notes = try JSONDecoder().decode(Notes.self, from: Data(text.utf8))
    } catch {
      throw ModelsError.foreignState(detail: "\(file.name): its notes cannot be read: \(error)")
    }
    guard notes.configuration == configuration, notes.recipe == recipe,
      notes.dataFingerprint == dataFingerprint, notes.similaritySteps.count == 2,
      notes.metaSteps.count == 2
    else {
      throw ModelsError.foreignState(
        detail: "\(file.name) was made with other settings or on other pairs")
    }
    let steps = notes.similaritySteps + notes.metaSteps
    guard steps.allSatisfy({ (0...1 << 40).contains($0) }),
      notes.records.indices.allSatisfy({ notes.records[$0].epoch == $0 + 1 }),
      notes.records.count <= recipe.warmupEpochs + recipe.epochs
    else {
      throw ModelsError.foreignState(
        detail: "\(file.name): its counts of steps and epochs cannot be")
    }
    self.init(configuration, seed: recipe.seed)
    var reader = CheckpointReader(file)
    for index in networks.indices {
      try reader.read(&networks[index].network, prefix: "\(index).")
      try reader.read(
        &networks[index].similarityOptimizer.firstMoment, prefix: "\(index).adam.first.net.")
      try reader.read(
        &networks[index].similarityOptimizer.secondMoment, prefix: "\(index).adam.second.net.")
      try reader.read(
        &networks[index].metaOptimizer.firstMoment, prefix: "\(index).adam.first.meta.")
      try reader.read(
        &networks[index].metaOptimizer.secondMoment, prefix: "\(index).adam.second.meta.")
      networks[index].similarityOptimizer.steps = notes.similaritySteps[index]
      networks[index].metaOptimizer.steps = notes.metaSteps[index]
      try reader.read(&best[index], prefix: "\(index).best.")
    }
    try reader.finish(prefix: "")
    records = notes.records
  }
}
