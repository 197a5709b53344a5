import Audit
import Logging
import Models
import Pairs
import Tensors

/// Looks at image locations, some hundred at a time, and scores all pairs that show their pictures while
/// the features are in memory; none are stored.
///
/// Pairs come in the order of their locations, those of one location in the order of their numbers, and
/// are scored in batches of `PairScorer.batch` from the first on; what does not fill a batch waits for
/// the next locations. What was looked at is recorded before its pairs are scored, and each transaction
/// of scores holds whole batches, so a killed run goes on with the same batches: it looks once more at
/// the pictures whose pairs are not scored yet.
struct StreamedScoring {
  let database: AuditDatabase
  let store: FeatureStore
  let scorer: ModelScorer
  let chunks: ChunkFeaturizer
  let model: Int64
  /// The run that looks at pictures; nil when all were looked at.
  let imageRun: Int64?
  let scoreRun: Int64
  let surroundings: ScoreStage.Surroundings
  let logger: Logger

  /// Pairs read together.
  private static let page = 8 * PairScorer.batch

  private var waiting: [(pair: StreamedPair, features: HeldFeatures)] = []
  private var repeated = RepeatedPictures()
  /// Pairs scored.
  private(set) var scored = 0
  /// What was looked at.
  private(set) var pictures = FeaturizeSummary()

  init(
    database: AuditDatabase, store: FeatureStore, scorer: ModelScorer, chunks: ChunkFeaturizer,
    model: Int64, imageRun: Int64?, scoreRun: Int64, surroundings: ScoreStage.Surroundings,
    logger: Logger
  ) {
    self.database = database
    self.store = store
    self.scorer = scorer
    self.chunks = chunks
    self.model = model
    self.imageRun = imageRun
    self.scoreRun = scoreRun
    self.surroundings = surroundings
    self.logger = logger
  }

  /// Visits every location that is left.
  mutating func perform(_ meter: inout ProgressMeter) throws {
    var last: Int64 = 0
    while true {
      let locations = try database.streamedLocations(
        unscoredBy: model, after: last, limit: surroundings.locationsPerChunk)
      guard let end = locations.last?.image.locationID else { break }
      let features = try look(at: locations, &meter)
      try score(after: last, upTo: end, features)
      last = end
    }
    try scoreWaiting(waiting.count)
  }

  /// What is at hand of each location with a good picture.
  private mutating func look(
    at locations: [StreamedLocation], _ meter: inout ProgressMeter
  ) throws -> [Int64: HeldFeatures] {
    var held: [Int64: HeldFeatures] = [:]
    for location in locations {
      if let address = location.features { held[location.image.locationID] = .stored(address) }
    }
    meter.advance(by: held.count)
    let pending = locations.filter { $0.features == nil }
    var chunk = ImageFeaturizer.Chunk()
    chunk.products = repeated.products
    try chunks.featurize(pending.map(\.image), into: &chunk) { meter.advance(by: $0) }
    var outcomes: [ImageOutcome] = []
    var seen = Set(repeated.products.keys)
    for (location, finding) in zip(pending, chunk.findings) {
      let (result, features) = try outcome(finding, of: location, in: chunk)
      held[location.image.locationID] = features
      if !location.isLookedAt {
        outcomes.append(ImageOutcome(locationID: location.image.locationID, result: result))
      }
      pictures.images += 1
      if case .content(let digest) = finding {
        let isNew = seen.insert(digest).inserted && chunk.known[digest] == nil
        if !isNew { pictures.sharedImages += 1 }
      }
      if let failure = failure(finding, in: chunk) { count(failure, of: location.image) }
    }
    pictures.featurized +=
      chunk.products.values.count { $0.features.isSuccess }
      - repeated.products.values.count { $0.features.isSuccess }
    if let imageRun, !outcomes.isEmpty {
      try database.record(outcomes, run: imageRun)
      try surroundings.afterTransaction()
    }
    repeated.keep(chunk)
    return held
  }

  private func outcome(
    _ finding: ImageFeaturizer.Finding, of location: StreamedLocation,
    in chunk: ImageFeaturizer.Chunk
  ) throws -> (ImageOutcome.Result, HeldFeatures?) {
    switch finding {
    case .unavailable(let failure): return (.unavailable(failure), nil)
    case .lost, .changed: throw chunk.unexpected(location.image)
    case .content(let digest):
      if let known = chunk.known[digest] {
        return (.known(imageID: known.id), known.features.map(HeldFeatures.stored))
      }
      let product = try chunk.product(of: digest)
      switch product.features {
      case .failure(let error): return (.unusable(product.content, error.failure), nil)
      case .success(let bytes): return (.streamed(product.content), .inMemory(bytes))
      }
    }
  }

  private func failure(
    _ finding: ImageFeaturizer.Finding, in chunk: ImageFeaturizer.Chunk
  ) -> RowFailure? {
    switch finding {
    case .unavailable(let failure): return failure
    case .lost, .changed: return nil
    case .content(let digest):
      if case .failure(let error)? = chunk.products[digest]?.features { return error.failure }
      return chunk.known[digest]?.failure
    }
  }

  private mutating func count(_ failure: RowFailure, of image: PendingImage) {
    pictures.failed[failure.reason.rawValue, default: 0] += 1
    logger.trace(
      "pair failed", metadata: failure.metadata(ofLocation: image.locationID, url: image.url))
  }

  /// Scores the pairs of the locations after one and up to another, except those that fill no batch.
  private mutating func score(
    after first: Int64, upTo last: Int64, _ features: [Int64: HeldFeatures]
  ) throws {
    var position = StreamPosition(afterLocation: first)
    while true {
      let page = try database.streamedPairs(
        unscoredBy: model, after: position, upTo: last, limit: Self.page)
      guard let end = page.last else { return }
      position = StreamPosition(locationID: end.locationID, pairID: end.pairID)
      for pair in page {
        if let features = features[pair.locationID] { waiting.append((pair, features)) }
      }
      try scoreWaiting(waiting.count - waiting.count % PairScorer.batch)
    }
  }

  private mutating func scoreWaiting(_ count: Int) throws {
    guard count > 0 else { return }
    var indexOfImage: [Int64: Int] = [:]
    var images: [HeldFeatures] = []
    var pairs: [ModelScorer.Pair] = []
    for (pair, features) in waiting.prefix(count) {
      let index = indexOfImage[pair.imageID] ?? images.count
      if index == images.count {
        indexOfImage[pair.imageID] = index
        images.append(features)
      }
      pairs.append(
        ModelScorer.Pair(id: pair.pairID, key: pair.key, caption: pair.caption, image: index))
    }
    let source = HeldRegions(
      store: store, precision: chunks.featurizer.precision, images: images)
    try database.store(try scorer.scores(of: pairs, source), model: model, run: scoreRun)
    waiting.removeFirst(count)
    scored += count
    try surroundings.afterTransaction()
  }
}

extension Result {
  fileprivate var isSuccess: Bool {
    if case .success = self { true } else { false }
  }
}
