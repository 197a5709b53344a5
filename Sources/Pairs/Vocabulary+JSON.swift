import Foundation

/// `vocabulary.json`: `{"format": "winnow-vocabulary", "minimum_count": 4, "version": 1, "words":
/// ["<pad>", "<start>", …]}`. The published code's `{"word2idx": …, "idx2word": …, "idx": …}` is
/// read too, where `idx2word`, whose keys are plain digits, is what counts: a JSON reader may fold
/// differently encoded accents in the keys of `word2idx` together.
extension Vocabulary {
  /// Reads a vocabulary.
  ///
  /// - Throws: `PairsError.cannotRead`; `PairsError.malformedVocabulary` that names what is
  ///   missing, unexpected or misshapen.
  public init(readFrom path: String) throws(PairsError) {
    let bytes = try ReadableFile(path: path).contents(limit: 1 << 30)
    do {
      let object = try Self.object(in: bytes)
      if object["word2idx"] != nil || object["idx2word"] != nil {
        try self.init(published: object)
      } else {
        try self.init(own: object)
      }
    } catch let problem as VocabularyProblem {
      throw .malformedVocabulary(path: path, problem: problem.text)
    } catch {
      throw .malformedVocabulary(path: path, problem: "is not JSON")
    }
  }

  /// Writes the vocabulary, atomically.
  ///
  /// - Throws: `PairsError.cannotWrite`.
  public func write(to path: String) throws(PairsError) {
    let file = VocabularyFile(minimumCount: minimumCount, words: words)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    let json: Data
    do {
      json = try encoder.encode(file)
    } catch {
      throw .cannotWrite(path: path, problem: "\(error)")
    }
    try AtomicFile.write(Array(json) + [0x0A], to: path)
  }

  private static func object(in bytes: [UInt8]) throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { throw VocabularyProblem("is not a JSON object") }
    return object
  }

  private init(own object: [String: Any]) throws(VocabularyProblem) {
    try Self.checkKeys(of: object, allowed: VocabularyFile.CodingKeys.allCases.map(\.rawValue))
    func value<Value>(_ key: VocabularyFile.CodingKeys, _ what: String) throws(VocabularyProblem)
      -> Value
    {
      guard let value = object[key.rawValue] else {
        throw VocabularyProblem("\"\(key.rawValue)\" is missing")
      }
      guard let typed = value as? Value else {
        throw VocabularyProblem("\"\(key.rawValue)\" is not \(what)")
      }
      return typed
    }
    let format: String = try value(.format, "a string")
    let version: Int = try value(.version, "an integer")
    guard format == VocabularyFile.formatName, version == VocabularyFile.currentVersion else {
      throw VocabularyProblem(
        "its format is \"\(format)\" version \(version), expected"
          + " \"\(VocabularyFile.formatName)\" version \(VocabularyFile.currentVersion)")
    }
    let words: [String] = try value(.words, "an array of strings")
    let minimumCount: Int? =
      object["minimum_count"] is NSNull ? nil : try value(.minimumCount, "an integer")
    try self.init(words: words, minimumCount: minimumCount)
  }

  private init(published object: [String: Any]) throws(VocabularyProblem) {
    try Self.checkKeys(of: object, allowed: ["word2idx", "idx2word", "idx"])
    let words: [String]
    if let numbered = object["idx2word"] {
      guard let numbered = numbered as? [String: String] else {
        throw VocabularyProblem("\"idx2word\" is not an object of strings")
      }
      words = try Self.ordered(numbered.count, in: "idx2word") { numbered["\($0)"] }
    } else {
      guard let numbers = object["word2idx"] as? [String: Int] else {
        throw VocabularyProblem("\"word2idx\" is not an object of integers")
      }
      let byNumber = Dictionary(numbers.map { ($1, $0) }) { first, _ in first }
      words = try Self.ordered(numbers.count, in: "word2idx") { byNumber[$0] }
    }
    if let count = object["idx"] as? Int, count != words.count {
      throw VocabularyProblem("\"idx\" is \(count), but there are \(words.count) words")
    }
    try self.init(words: words, minimumCount: nil)
  }

  private init(words: [String], minimumCount: Int?) throws(VocabularyProblem) {
    for (number, reserved) in Self.reservedWords.enumerated() {
      guard number < words.count, words[number] == reserved else {
        let found = number < words.count ? "\"\(words[number])\"" : "missing"
        throw VocabularyProblem("word \(number) is \(found), expected \"\(reserved)\"")
      }
    }
    try self.init(
      learned: Array(words.dropFirst(Self.reservedWords.count)), minimumCount: minimumCount)
  }

  private static func ordered(
    _ count: Int, in name: String, word: (Int) -> String?
  ) throws(VocabularyProblem) -> [String] {
    var words: [String] = []
    words.reserveCapacity(count)
    for number in 0..<count {
      guard let word = word(number) else {
        throw VocabularyProblem("\"\(name)\" has \(count) entries, but none for number \(number)")
      }
      words.append(word)
    }
    return words
  }

  private static func checkKeys(
    of object: [String: Any], allowed: [String]
  ) throws(VocabularyProblem) {
    if let unexpected = object.keys.sorted().first(where: { !allowed.contains($0) }) {
      throw VocabularyProblem(
        "unexpected key \"\(unexpected)\"" + NearestName.hint(for: unexpected, among: allowed))
    }
  }
}

private struct VocabularyFile: Encodable {
  static let formatName = "winnow-vocabulary"
  static let currentVersion = 1

  var format = VocabularyFile.formatName
  var version = VocabularyFile.currentVersion
  var minimumCount: Int?
  var words: [String]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case format = "format"
    case version = "version"
    case minimumCount = "minimum_count"
    case words = "words"
  }

  init(minimumCount: Int?, words: [String]) {
    self.minimumCount = minimumCount
    self.words = words
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(format, forKey: .format)
    try container.encode(version, forKey: .version)
    try container.encode(minimumCount, forKey: .minimumCount)
    try container.encode(words, forKey: .words)
  }
}
