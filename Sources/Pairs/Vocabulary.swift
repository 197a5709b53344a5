/// The words a network knows, each with its number.
///
/// `<pad>` is 0, `<start>` 1, `<end>` 2, `<unk>` 3; the words follow by first appearance. Words are
/// compared by their UTF-8 bytes.
public struct Vocabulary: Sendable, Equatable {
  /// The four numbers that are no words, in order.
  public static let reservedWords = ["<pad>", "<start>", "<end>", "<unk>"]
  /// The number that fills a batch's rows up.
  public static let padding: Int32 = 0
  /// The number before a caption's first word.
  public static let start: Int32 = 1
  /// The number after a caption's last word.
  public static let end: Int32 = 2
  /// The number of every word that is not in the vocabulary.
  public static let unknown: Int32 = 3

  /// All words by number, the reserved ones included.
  public let words: [String]
  /// How often a word had to occur to be in; nil when that is not known.
  public let minimumCount: Int?
  private let numbers: [ByteString: Int32]

  /// The number of numbers: what the embedding has rows.
  public var count: Int { words.count }

  /// A vocabulary of words that follow the reserved ones.
  ///
  /// - Throws: `VocabularyProblem` for a word that is there twice, reserved or empty.
  init(learned: [String], minimumCount: Int?) throws(VocabularyProblem) {
    words = Self.reservedWords + learned
    self.minimumCount = minimumCount
    var numbers: [ByteString: Int32] = [:]
    numbers.reserveCapacity(learned.count)
    let reserved = Set(Self.reservedWords.map(ByteString.init))
    for (index, word) in learned.enumerated() {
      let number = index + Self.reservedWords.count
      let key = ByteString(word)
      guard !word.isEmpty else { throw VocabularyProblem("word \(number) is empty") }
      guard !reserved.contains(key) else {
        throw VocabularyProblem("word \(number) is the reserved \(word)")
      }
      if let earlier = numbers.updateValue(Int32(number), forKey: key) {
        throw VocabularyProblem("\"\(word)\" is both word \(earlier) and word \(number)")
      }
    }
    self.numbers = numbers
  }

  /// The number of a word, `unknown` for one that is not in the vocabulary or is reserved.
  public func number(of word: String) -> Int32 { numbers[ByteString(word)] ?? Self.unknown }

  /// The tokens of a caption that count. A network's work grows with the square of them, and a
  /// caption of thousands of words, harvested by mistake, must not stop the batch it is in.
  public static let longestCaption = 128

  /// A caption's numbers, between `start` and `end`: two more than it has tokens, of which the first
  /// `longestCaption` count.
  public func encode(_ tokens: [String]) -> [Int32] {
    var encoded: [Int32] = []
    encoded.reserveCapacity(min(tokens.count, Self.longestCaption) + 2)
    encoded.append(Self.start)
    for token in tokens.prefix(Self.longestCaption) { encoded.append(number(of: token)) }
    encoded.append(Self.end)
    return encoded
  }

  /// Whether both give every word the same number, byte for byte.
  public static func == (left: Vocabulary, right: Vocabulary) -> Bool {
    left.words.lazy.map(ByteString.init).elementsEqual(right.words.lazy.map(ByteString.init))
  }
}

/// What is wrong with a vocabulary, before it is known which file it came from.
struct VocabularyProblem: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }
}
