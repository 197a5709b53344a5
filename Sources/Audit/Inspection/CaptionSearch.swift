import Foundation
import GRDB
import GRDBSQLite

/// The words that are searched for, and whether captions have them.
///
/// Words are told apart by SQLite's own `unicode61`, both for the index of words and where a caption
/// is looked at itself, so that the two always agree.
final class CaptionSearch {
  /// The words as the tokenizer folds them, each once, sorted.
  let words: [String]
  private let tokenizer: any FTS5Tokenizer
  private let prefixes: [[UInt8]]

  /// The words of a text; nil where it has none.
  ///
  /// - Throws: `AuditError.refused` for more words than are searched for.
  init?(_ text: String, _ database: Database) throws {
    // A caption has no more words than bytes, and a search no more than fit into a line.
    guard text.utf8.count <= 4_096 else {
      throw AuditError.refused(what: "the search", problem: "has more than 4,096 bytes")
    }
    tokenizer = try database.makeTokenizer(
      FTS5TokenizerDescriptor(components: ["unicode61", "remove_diacritics", "2"]))
    words = Set(try tokenizer.tokenize(query: text).map(\.token)).sorted()
    prefixes = words.map { Array($0.utf8) }
    if words.isEmpty { return nil }
    guard words.count <= InspectionFilter.mostWords else {
      throw AuditError.refused(
        what: "the search",
        problem: "has \(words.count) words, at most \(InspectionFilter.mostWords) are looked for")
    }
  }

  /// As FTS5's query language writes it: all words, each the beginning of one in the caption.
  var query: String { words.map(Self.prefixQuery).joined(separator: " ") }

  /// The longest word alone.
  var longestQuery: String {
    words.max { $0.utf8.count < $1.utf8.count }.map(Self.prefixQuery) ?? query
  }

  private static func prefixQuery(_ word: String) -> String {
    "\"" + word.replacingOccurrences(of: "\"", with: "\"\"") + "\"*"
  }

  /// What is still to be found in a caption.
  private struct Wanted {
    let prefixes: [[UInt8]]
    var isFound: [Bool]
    var left: Int
  }

  /// Whether a caption, UTF-8, has all the words.
  func matches(_ caption: UnsafeRawBufferPointer) -> Bool {
    var wanted = Wanted(
      prefixes: prefixes, isFound: Array(repeating: false, count: prefixes.count),
      left: prefixes.count)
    withUnsafeMutablePointer(to: &wanted) { pointer in
      _ = tokenizer.tokenize(
        context: UnsafeMutableRawPointer(pointer), tokenization: .document,
        pText: caption.bindMemory(to: CChar.self).baseAddress, nText: CInt(caption.count)
      ) { context, _, token, length, _, _ in
        guard let wanted = context?.assumingMemoryBound(to: Wanted.self), let token else {
          return SQLITE_OK
        }
        for index in wanted.pointee.prefixes.indices where !wanted.pointee.isFound[index] {
          let prefix = wanted.pointee.prefixes[index]
          if prefix.count <= Int(length), memcmp(prefix, token, prefix.count) == 0 {
            wanted.pointee.isFound[index] = true
            wanted.pointee.left -= 1
          }
        }
        // Any other code ends the walk through the caption.
        return wanted.pointee.left == 0 ? SQLITE_DONE : SQLITE_OK
      }
    }
    return wanted.left == 0
  }
}

/// The pairs whose captions have the words, one bit a pair.
struct SearchHits: Sendable {
  /// What was searched for.
  let words: [String]
  /// In which build of the index.
  let build: Int64
  private(set) var count = 0
  private var bits: [UInt64] = []

  /// Asks the index of words.
  init(_ search: CaptionSearch, query: String, _ database: Database) throws {
    words = search.words
    build = try Self.build(database)
    let statement = try RawStatement(
      database, "SELECT rowid FROM caption WHERE caption MATCH ?")
    try statement.forEach([query.databaseValue]) { insert($0.integer(0)) }
  }

  /// The number of the index's build, which captions belong to.
  static func build(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database, sql: "SELECT build FROM state") ?? 0
  }

  /// Those that pass a test.
  func filtered(_ test: (Int64) throws -> Bool) rethrows -> SearchHits {
    var passing = self
    (passing.bits, passing.count) = ([], 0)
    try forEach { if try test($0) { passing.insert($0) } }
    return passing
  }

  private mutating func insert(_ pair: Int64) {
    let word = Int(pair >> 6)
    if word >= bits.count {
      bits += Array(repeating: 0, count: max(word + 1, bits.count * 2) - bits.count)
    }
    bits[word] |= 1 << UInt64(pair & 63)
    count += 1
  }

  /// Whether a pair is among them.
  func contains(_ pair: Int64) -> Bool {
    let word = Int(pair >> 6)
    return word < bits.count && bits[word] >> UInt64(pair & 63) & 1 == 1
  }

  /// Calls `body` with each pair, in the order of their numbers.
  func forEach(_ body: (Int64) throws -> Void) rethrows {
    for (index, word) in bits.enumerated() where word != 0 {
      var rest = word
      while rest != 0 {
        try body(Int64(index) << 6 + Int64(rest.trailingZeroBitCount))
        rest &= rest - 1
      }
    }
  }
}
