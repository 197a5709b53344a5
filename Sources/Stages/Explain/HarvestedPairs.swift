import Audit
import Models
import Pairs

/// The harvested pairs of a workspace that have features, page by page.
struct HarvestedPairs {
  let database: AuditDatabase

  /// Pairs of one page; what is computed of a page does not depend on it.
  static let page = 1024

  /// Calls `body` with each page, in the order of the pairs' numbers.
  func forEachPage(_ body: ([FeaturizedPair]) throws -> Void) throws {
    var last: Int64 = 0
    while true {
      let page = try database.featurizedPairs(roles: [.train], after: last, limit: Self.page)
      guard let lastPair = page.last else { return }
      last = lastPair.pairID
      try body(page)
    }
  }
}

/// A caption as the networks read it.
struct ReadCaption {
  /// Its tokens, as many as count.
  let words: [String]
  /// Their numbers, between `<start>` and `<end>`.
  let numbers: [Int32]

  init(_ caption: String, _ vocabulary: Vocabulary, _ tokenizer: CaptionTokenizer) {
    words = Array(tokenizer.tokens(of: caption).prefix(Vocabulary.longestCaption))
    numbers = vocabulary.encode(words)
  }

  /// A hash of the numbers: captions that read the same, but for words that are not known, are one
  /// candidate.
  var identity: UInt64 {
    let bytes = numbers.flatMap { number in
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    return PairKey(digest: SHA256Digest(of: bytes)).high
  }
}

/// Numbers that were seen before, a bit for each up to the largest.
struct SeenNumbers {
  private var bits: [UInt64] = []

  /// Whether the number is new; from then on it is not.
  mutating func insert(_ number: Int64) -> Bool {
    let (word, bit) = (Int(number) >> 6, UInt64(1) << UInt64(number & 63))
    if word >= bits.count {
      bits += Array(repeating: 0, count: max(word + 1 - bits.count, bits.count))
    }
    defer { bits[word] |= bit }
    return bits[word] & bit == 0
  }
}
