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

/// The pairs of a workspace that have features, by role, captions as tokens.
struct WorkspacePairs {
  /// One role's pairs.
  struct Group {
    var tokens: [[String]] = []
    var images: [Int] = []
  }

  private(set) var groups: [PairRole: Group] = [:]
  private(set) var addresses: [FeatureAddress] = []
  /// Names these pairs by captions, URLs, roles and the content of their pictures.
  let fingerprint: String

  /// Pairs of one page.
  private static let page = 10_000

  init(of database: AuditDatabase, roles: Set<PairRole>) throws {
    let tokenizer = CaptionTokenizer()
    var indexOfImage: [Int64: Int] = [:]
    var hasher = SHA256Hasher()
    var last: Int64 = 0
    while true {
      let page = try database.featurizedPairs(roles: roles, after: last, limit: Self.page)
      guard let lastPair = page.last else { break }
      last = lastPair.pairID
      for pair in page {
        let index = indexOfImage[pair.imageID] ?? addresses.count
        if index == addresses.count {
          indexOfImage[pair.imageID] = index
          addresses.append(pair.features)
        }
        groups[pair.role, default: Group()].tokens.append(tokenizer.tokens(of: pair.caption))
        groups[pair.role, default: Group()].images.append(index)
        hasher.update("\(pair.key)\t\(pair.role.rawValue)\t\(pair.imageDigest)\n".utf8)
      }
    }
    fingerprint = hasher.finalize().description
  }

  /// The words of harvested and dev captions.
  func vocabulary(minimumCount: Int) throws -> Vocabulary {
    var builder = VocabularyBuilder()
    for role in [PairRole.train, .dev] {
      for tokens in groups[role]?.tokens ?? [] { builder.add(tokens) }
    }
    return try builder.vocabulary(minimumCount: minimumCount)
  }

  /// One role's pairs in a vocabulary's numbers.
  func captioned(_ role: PairRole, _ vocabulary: Vocabulary) -> CaptionedImages {
    let group = groups[role] ?? Group()
    return CaptionedImages(
      captions: group.tokens.map(vocabulary.encode), images: group.images)
  }
}
