import Audit
import Models
import Pairs
import Tensors

/// A workspace's features by dense image index, as training wants them.
struct WorkspaceRegions: RegionSource {
  let store: FeatureStore
  /// Where the features of each image index are.
  let addresses: [FeatureAddress]

  var regions: Int { store.regions }
  var dimension: Int { store.dimension }

  func features(ofImages images: [Int]) throws -> Tensor {
    try store.features(at: images.map { addresses[$0] })
  }
}

/// The pairs of a workspace that have features, by use, captions as tokens.
struct WorkspacePairs {
  /// What pairs are used for.
  enum Use: Hashable {
    /// What their role says, unless a review that counts says otherwise.
    case role(PairRole)
    /// Harvested, and rejected by a reviewer.
    case mismatched
  }

  /// The pairs of one use.
  struct Group {
    var tokens: [[String]] = []
    var images: [Int] = []
  }

  private(set) var groups: [Use: Group] = [:]
  /// All harvested captions in their order, whatever a reviewer said.
  private var harvestedTokens: [[String]] = []
  private(set) var addresses: [FeatureAddress] = []
  /// Harvested pairs that are used as trusted ones.
  private(set) var reviewedAsKept = 0
  /// Harvested pairs that could be trained on, and how many of them are; nil where all are.
  private(set) var sample: TrainSummary.Sample?
  /// Names these pairs by captions, URLs, roles and the content of their pictures.
  let fingerprint: String

  /// Pairs of one page.
  private static let page = 10_000

  /// - Parameters:
  ///   - reviews: What is said of harvested pairs: kept ones are used as trusted pairs, rejected
  ///     ones as known mismatches.
  ///   - sampleCount: How many of the other harvested pairs are taken, those whose keys come first;
  ///     nil for all. What a reviewer said counts beside them.
  init(
    of database: AuditDatabase, roles: Set<PairRole>, reviews: TrainingReviews = TrainingReviews(),
    sample sampleCount: Int? = nil
  ) throws {
    var lastOfSample: KeySample.Rank?
    if let sampleCount {
      var chosen = KeySample(count: sampleCount)
      try Self.forEachHarvestedPair(of: database) { pair in
        guard reviews.verdicts[pair.pairID] == nil else { return }
        chosen.add(KeySample.Rank(pair.key, pairID: pair.pairID))
      }
      lastOfSample = chosen.last()
      sample = TrainSummary.Sample(
        pairs: min(sampleCount, chosen.offered), harvested: chosen.offered)
    }
    let tokenizer = CaptionTokenizer()
    var indexOfImage: [Int64: Int] = [:]
    var hasher = SHA256Hasher()
    var last: Int64 = 0
    while true {
      let page = try database.featurizedPairs(roles: roles, after: last, limit: Self.page)
      guard let lastPair = page.last else { break }
      last = lastPair.pairID
      for pair in page {
        if let lastOfSample, pair.role == .train, reviews.verdicts[pair.pairID] == nil,
          lastOfSample < KeySample.Rank(pair.key, pairID: pair.pairID)
        {
          continue
        }
        let index = indexOfImage[pair.imageID] ?? addresses.count
        if index == addresses.count {
          indexOfImage[pair.imageID] = index
          addresses.append(pair.features)
        }
        let verdict = pair.role == .train ? reviews.verdicts[pair.pairID] : nil
        let use: Use =
          switch verdict {
          case .kept: .role(.meta)
          case .rejected: .mismatched
          default: .role(pair.role)
          }
        if verdict == .kept { reviewedAsKept += 1 }
        let tokens = tokenizer.tokens(of: pair.caption)
        if pair.role == .train { harvestedTokens.append(tokens) }
        groups[use, default: Group()].tokens.append(tokens)
        groups[use, default: Group()].images.append(index)
        let name = verdict?.rawValue ?? pair.role.rawValue
        hasher.update("\(pair.key)\t\(name)\t\(pair.imageDigest)\n".utf8)
      }
    }
    fingerprint = hasher.finalize().description
  }

  private static func forEachHarvestedPair(
    of database: AuditDatabase, _ body: (FeaturizedPair) -> Void
  ) throws {
    var last: Int64 = 0
    while true {
      let page = try database.featurizedPairs(roles: [.train], after: last, limit: page)
      guard let lastPair = page.last else { return }
      last = lastPair.pairID
      for pair in page { body(pair) }
    }
  }

  /// The words of harvested and dev captions.
  func vocabulary(minimumCount: Int) throws -> Vocabulary {
    var builder = VocabularyBuilder()
    for tokens in harvestedTokens { builder.add(tokens) }
    for tokens in groups[.role(.dev)]?.tokens ?? [] { builder.add(tokens) }
    return try builder.vocabulary(minimumCount: minimumCount)
  }

  /// How many pairs have a use.
  func count(_ use: Use) -> Int { groups[use]?.images.count ?? 0 }

  /// The pairs of one role in a vocabulary's numbers.
  func captioned(_ role: PairRole, _ vocabulary: Vocabulary) -> CaptionedImages {
    captioned(.role(role), vocabulary)
  }

  /// The pairs of one use in a vocabulary's numbers.
  func captioned(_ use: Use, _ vocabulary: Vocabulary) -> CaptionedImages {
    let group = groups[use] ?? Group()
    return CaptionedImages(
      captions: group.tokens.map(vocabulary.encode), images: group.images)
  }
}
