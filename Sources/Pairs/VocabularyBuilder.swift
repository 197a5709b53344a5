/// Collects the words of captions, in the captions' order, into a vocabulary.
public struct VocabularyBuilder: Sendable {
  private var counts: [ByteString: Int] = [:]
  private var order: [ByteString] = []
  private static let reserved = Set(Vocabulary.reservedWords.map(ByteString.init))

  /// A builder that has seen no captions.
  public init() {}

  /// Counts a caption's tokens. A token that is spelled like a reserved word is left out.
  public mutating func add(_ tokens: [String]) {
    for token in tokens {
      let word = ByteString(token)
      guard !Self.reserved.contains(word), !token.isEmpty else { continue }
      let count = counts[word, default: 0]
      counts[word] = count + 1
      if count == 0 { order.append(word) }
    }
  }

  /// The vocabulary of the words seen at least `minimumCount` times, by first appearance.
  ///
  /// - Throws: `PairsError.invalidArgument` for a count below 1.
  public func vocabulary(minimumCount: Int = 4) throws(PairsError) -> Vocabulary {
    guard minimumCount >= 1 else {
      throw .invalidArgument(
        name: "the minimum word count", value: "\(minimumCount)", allowed: "at least 1")
    }
    let learned = order.filter { counts[$0, default: 0] >= minimumCount }.map(\.text)
    do {
      return try Vocabulary(learned: learned, minimumCount: minimumCount)
    } catch {
      throw .invalidArgument(name: "a word", value: error.text, allowed: "new and not reserved")
    }
  }
}
