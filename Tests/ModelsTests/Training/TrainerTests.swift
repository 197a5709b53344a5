import Layers
import Tensors
import Testing

@testable import Models

/// Features that depend on the image alone: what belongs together can be learned.
private struct ToyRegions: RegionSource {
  let table: Tensor
  let regions = 4
  let dimension = 16

  init(images: Int) {
    var generator = RandomGenerator(seed: 9)
    table = generator.uniform([images, 64], bound: 1)
  }

  func features(ofImages images: [Int]) -> Tensor {
    table.gatheringRows(images).reshaped([images.count, 4, 16])
  }
}

@Suite struct TrainerTests {
  private let configuration = SimilarityConfiguration(
    regionDimension: 16, regions: 4, vocabularySize: 24, wordDimension: 8, embedSize: 12,
    similarityDimension: 8, metaHidden: 6)

  private func data() -> TrainingData {
    // Ten kinds of image; a caption names its image's kind.
    func pairs(_ count: Int, first: Int, noise: Bool) -> CaptionedImages {
      CaptionedImages(
        captions: (0..<count).map { index in
          let kind = noise && index.isMultiple(of: 4) ? (index * 7 + 3) % 20 : index % 20
          return [1, Int32(4 + kind), 2]
        }, images: (0..<count).map { first + $0 % 20 })
    }
    return TrainingData(
      source: ToyRegions(images: 20), harvested: pairs(64, first: 0, noise: true),
      trusted: pairs(60, first: 0, noise: false), dev: pairs(20, first: 0, noise: false))
  }

  private func recipe() -> TrainingRecipe {
    var recipe = TrainingRecipe.robust(seed: 11)
    recipe.warmupEpochs = 2
    recipe.epochs = 2
    recipe.warmupBatch = 16
    recipe.batch = 16
    return recipe
  }

  private func weights(_ state: TrainingState) -> [[Float]] {
    state.networks.flatMap { state in
      (state.network.similarity.parameters + state.network.meta.parameters)
        .map(\.value.elements)
    }
  }

  @Test func knownMismatchesComeBeforeDrawnOnes() {
    let data = data()
    let generator = RandomGenerator(seed: 3)
    func pool(_ known: Int) -> MetaPool {
      MetaPool(
        trusted: data.trusted,
        mismatched: CaptionedImages(
          captions: (0..<known).map { [1, Int32(100 + $0), 2] }, images: Array(0..<known)),
        harvested: data.harvested, generator: generator)
    }
    let none = pool(0)
    #expect(none.pairs.count == 120 && none.labels.filter { $0 == 0 }.count == 60)
    #expect(
      Array(none.pairs.captions.dropFirst(60))
        == data.harvested.mismatches(count: 60, generator: generator).captions)
    for (known, used) in [(7, 7), (60, 60), (200, 60)] {
      let pool = pool(known)
      #expect(pool.labels == none.labels)
      let found = pool.pairs.captions.dropFirst(60).map { $0[1] }.filter { $0 >= 100 }
      // Each at most once; of too many some at random.
      #expect(Set(found).count == used && found.count == used)
      if known == 200 { #expect(found.contains { $0 >= 160 }) }
    }
  }

  @Test func continuedTrainingGivesTheSameBits() throws {
    let recipe = recipe()
    let trainer = try Trainer(recipe, data(), workers: Workers(2))
    var whole = TrainingState(configuration, seed: recipe.seed)
    while whole.epochsDone < trainer.epochs { _ = try trainer.runEpoch(&whole) { _ in } }

    let other = try Trainer(recipe, data(), workers: .single)
    var parts = TrainingState(configuration, seed: recipe.seed)
    while parts.epochsDone < trainer.epochs {
      _ = try other.runEpoch(&parts) { _ in }
      let stored = try SafetensorsFile(
        parts.checkpoint(recipe, dataFingerprint: "toy").data(), name: "state")
      parts = try TrainingState(
        checkpoint: stored, configuration, recipe, dataFingerprint: "toy")
    }
    #expect(weights(parts) == weights(whole))
    #expect(parts.records == whole.records)
  }

  @Test func withoutMetaStepsTheMetaNetworksStay() throws {
    var recipe = recipe()
    recipe.metaRate = 0
    let trainer = try Trainer(recipe, data(), workers: .single)
    var state = TrainingState(configuration, seed: recipe.seed)
    func metaWeights() -> [[Float]] {
      state.networks.flatMap { $0.network.meta.parameters.map(\.value.elements) }
    }
    while state.epochsDone < recipe.warmupEpochs { _ = try trainer.runEpoch(&state) { _ in } }
    let warmedUp = (metaWeights(), weights(state))
    while state.epochsDone < trainer.epochs { _ = try trainer.runEpoch(&state) { _ in } }
    #expect(metaWeights() == warmedUp.0)
    #expect(weights(state) != warmedUp.1)
    #expect(state.records.last?.metaLoss == nil)
    #expect(state.records.last?.keptShare != nil)
  }

  @Test func aThresholdOfZeroTrainsOnAllPairs() throws {
    var recipe = recipe()
    recipe.cleanThreshold = 0
    let trainer = try Trainer(recipe, data(), workers: .single)
    var state = TrainingState(configuration, seed: recipe.seed)
    while state.epochsDone < trainer.epochs { _ = try trainer.runEpoch(&state) { _ in } }
    #expect(state.records.last?.keptShare == [1, 1])
  }

  @Test func aDivergedStepNamesItsPlaceAndLeavesTheLastState() throws {
    var recipe = recipe()
    recipe.warmupRate = .infinity
    let trainer = try Trainer(recipe, data(), workers: .single)
    var state = TrainingState(configuration, seed: recipe.seed)
    let before = weights(state)
    let error = #expect(throws: ModelsError.self) { _ = try trainer.runEpoch(&state) { _ in } }
    let message = error?.description ?? ""
    #expect(message.contains("network A") && message.contains("epoch 1, batch 2"), "\(message)")
    #expect(weights(state) == before && state.epochsDone == 0)
  }

  /// A hinge takes NaN for a margin that is kept, so the step itself must look.
  @Test func aCorrectionStepThatDivergesIsNamedAsWell() throws {
    var recipe = recipe()
    recipe.metaRate = 0
    recipe.rate = .infinity
    let trainer = try Trainer(recipe, data(), workers: .single)
    var state = TrainingState(configuration, seed: recipe.seed)
    while state.epochsDone < recipe.warmupEpochs { _ = try trainer.runEpoch(&state) { _ in } }
    let before = weights(state)
    let error = #expect(throws: ModelsError.self) { _ = try trainer.runEpoch(&state) { _ in } }
    let message = error?.description ?? ""
    #expect(message.contains("network A") && message.contains("epoch 3, batch 2"), "\(message)")
    #expect(weights(state) == before && state.epochsDone == 2)
  }

  @Test func networksThatGiveNoNumbersDoNotCompete() throws {
    let recipe = recipe()
    let trainer = try Trainer(recipe, data(), workers: .single)
    var networks = TrainingState(configuration, seed: recipe.seed).networks.map(\.network)
    networks[1].meta.scale(by: .nan)
    let error = #expect(throws: ModelsError.self) {
      _ = try trainer.evaluate(networks, epoch: 4)
    }
    #expect(
      error?.description
        == "training diverged: network A or B, epoch 5: similarities are no numbers; the last "
        + "finished epoch is kept; try a lower learning rate")
  }

  @Test func whatTrainingStartsFromCompetesWithoutAWarmup() throws {
    var recipe = recipe()
    recipe.epochs = 6
    let trained = try Trainer(recipe, data(), workers: .single)
    var good = TrainingState(configuration, seed: recipe.seed)
    while good.epochsDone < trained.epochs { _ = try trained.runEpoch(&good) { _ in } }

    recipe.warmupEpochs = 0
    recipe.epochs = 2
    recipe.rate = 0.5
    let spoiling = try Trainer(recipe, data(), workers: .single)
    var state = TrainingState(startingFrom: good.best)
    while state.epochsDone < spoiling.epochs { _ = try spoiling.runEpoch(&state) { _ in } }
    let start = try #require(state.records[0].start?.score)
    #expect(state.records.allSatisfy { ($0.score ?? .infinity) < start && !$0.isBest })
    #expect(
      state.best.map { $0.similarity.parameters.map(\.value.elements) }
        == good.best.map { $0.similarity.parameters.map(\.value.elements) })
  }

  @Test func stateOfOtherSettingsIsRefused() throws {
    let recipe = recipe()
    let state = TrainingState(configuration, seed: recipe.seed)
    let stored = try SafetensorsFile(
      state.checkpoint(recipe, dataFingerprint: "toy").data(), name: "state")
    var other = recipe
    other.rate = 1
    #expect(throws: ModelsError.self) {
      try TrainingState(checkpoint: stored, configuration, other, dataFingerprint: "toy")
    }
    #expect(throws: ModelsError.self) {
      try TrainingState(checkpoint: stored, configuration, recipe, dataFingerprint: "other")
    }
  }

  @Test func networksSurviveTheirCheckpoint() throws {
    var generator = RandomGenerator(seed: 1)
    let network = CorrectedNetwork(configuration, generator: &generator)
    let file = try SafetensorsFile(network.checkpoint().data(), name: "net")
    let read = try CorrectedNetwork(checkpoint: file)
    #expect(
      read.similarity.parameters.map(\.value.elements)
        == network.similarity.parameters.map(\.value.elements))
  }

  @Test func aMissingTensorIsNamed() throws {
    var generator = RandomGenerator(seed: 1)
    let network = CorrectedNetwork(configuration, generator: &generator)
    var writer = SafetensorsWriter(
      metadata: try SafetensorsFile(network.checkpoint().data(), name: "net").metadata)
    writer.add(network.meta, prefix: "meta.")
    let file = try SafetensorsFile(writer.data(), name: "net")
    #expect {
      try CorrectedNetwork(checkpoint: file)
    } throws: { error in
      "\(error)" == "net: tensor `net.img_enc.fc.weight` is missing"
    }
  }

  @Test func parametersAreCountedBeforeTheyAreAllocated() {
    var generator = RandomGenerator(seed: 1)
    let network = CorrectedNetwork(configuration, generator: &generator)
    let count = (network.similarity.parameters + network.meta.parameters)
      .reduce(0) { $0 + $1.value.count }
    #expect(configuration.parameterCount == Double(count))
  }

  @Test(arguments: [1 << 40, 0, -3])
  func sizesThatDoNotFitTheFileAreRefused(embedSize: Int) throws {
    var generator = RandomGenerator(seed: 1)
    let network = CorrectedNetwork(configuration, generator: &generator)
    let text = try #require(
      try SafetensorsFile(network.checkpoint().data(), name: "net")
        .metadata["winnow.configuration"])
    let hostile = text.replacing("\"embed_size\":12", with: "\"embed_size\":\(embedSize)")
    #expect(hostile != text)
    var writer = SafetensorsWriter(metadata: ["winnow.configuration": hostile])
    writer.add(network, prefix: "")
    let file = try SafetensorsFile(writer.data(), name: "net")
    let error = #expect(throws: LayersError.self) { try CorrectedNetwork(checkpoint: file) }
    #expect(error?.description.contains("do not fit the") == true, "\(String(describing: error))")
  }

  @Test func tooFewTrustedPairsAreRefused() {
    let data = data()
    let few = TrainingData(
      source: data.source, harvested: data.harvested,
      trusted: CaptionedImages(captions: [[1, 2]], images: [0]), dev: data.dev)
    #expect {
      try Trainer(recipe(), few, workers: .single)
    } throws: { error in
      "\(error)"
        == "training needs at least 50 trusted pairs and found 1; add some with "
        + "`winnow-ingest --role meta` and featurize them, or review harvested pairs and give "
        + "--meta-from-reviews"
    }
  }
}
