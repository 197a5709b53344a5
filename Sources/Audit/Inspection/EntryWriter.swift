import GRDB
import Pairs

/// Writes the entries of the inspection index.
struct EntryWriter {
  private let database: Database
  private let insertEntry: BulkStatement
  private let insertCaption: BulkStatement
  private var numbers: [String: KindNumber] = [:]
  private var pairs: [Int] = []
  private var bars: [[Int]] = []
  /// How many entries were written.
  private(set) var count = 0

  private struct KindNumber {
    let number: Int
    let isDecidedOnScore: Bool
  }

  /// A writer into the open transaction.
  init(_ database: Database) throws {
    self.database = database
    insertEntry = try BulkStatement(database, sql: Self.insertEntrySQL)
    insertCaption = try BulkStatement(
      database, sql: "INSERT INTO caption (rowid, text) VALUES (?, ?)")
  }

  private static let insertEntrySQL = """
    INSERT INTO entry (pair_id, kind, similarity, probability, distance, shuffle, picture)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    """

  /// Empties the entries, and the captions where they are of other pairs.
  mutating func begin(keepingCaptions: Bool) throws {
    try database.execute(sql: InspectionSchema.entries)
    (numbers, pairs, bars, count) = ([:], [], [], 0)
    if !keepingCaptions {
      try database.execute(sql: "INSERT INTO caption (caption) VALUES ('delete-all')")
    }
  }

  /// Adds a pair's entry and its caption.
  mutating func insert(_ row: InspectionRow, rule: DecisionRule?) throws {
    let kind = try number(of: row.kind)
    pairs[kind.number] += 1
    for (measure, bar) in row.bars { bars[kind.number][Self.slot(measure, bar)] += 1 }
    try insertEntry.execute {
      $0.bind(row.pairID)
      $0.bind(Int64(kind.number))
      $0.bind(row.similarity)
      $0.bind(row.probability)
      $0.bind(row.distance(rule, isDecidedOnScore: kind.isDecidedOnScore))
      $0.bind(Self.shuffled(row.pairID))
      $0.bind(row.picture)
    }
    if let caption = row.caption {
      try insertCaption.execute {
        $0.bind(row.pairID)
        $0.bind(utf8: caption)
      }
    }
    count += 1
  }

  /// Writes the indexes and counts.
  mutating func finish() throws {
    for sql in InspectionSchema.indexes { try database.execute(sql: sql) }
    for (name, kind) in numbers {
      try database.execute(
        sql: "INSERT INTO kind (kind, name, pairs) VALUES (?, ?, ?)",
        arguments: [kind.number, name, pairs[kind.number]])
    }
    let insert = try BulkStatement(
      database, sql: "INSERT INTO bar (kind, measure, bar, pairs) VALUES (?, ?, ?, ?)")
    for (kind, bars) in bars.enumerated() {
      for (slot, pairs) in bars.enumerated() where pairs > 0 {
        try insert.execute {
          $0.bind(Int64(kind))
          $0.bind(Int64(slot / InspectionHistogram.finestBars))
          $0.bind(Int64(slot % InspectionHistogram.finestBars))
          $0.bind(Int64(pairs))
        }
      }
    }
  }

  private mutating func number(of name: String) throws(AuditError) -> KindNumber {
    if let known = numbers[name] { return known }
    let kind = KindNumber(
      number: numbers.count, isDecidedOnScore: try InspectionKind(name).isDecidedOnScore)
    numbers[name] = kind
    pairs.append(0)
    bars.append(Array(repeating: 0, count: Self.slot(InspectionMeasure.allCases.count, 0)))
    return kind
  }

  private static func slot(_ measure: Int, _ bar: Int) -> Int {
    measure * InspectionHistogram.finestBars + bar
  }

  /// A number without order, of 32 bits, always the same for a pair (SplitMix64's mixing).
  static func shuffled(_ pair: Int64) -> Int64 {
    var value = UInt64(bitPattern: pair) &* 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int64(Int32(truncatingIfNeeded: value ^ (value >> 31)))
  }
}

// Changes of single pairs in an index that is there.
extension EntryWriter {
  /// Moves a pair to its present kind.
  func move(_ row: InspectionRow) throws {
    let stored = try Int64.fetchOne(
      database, sql: "SELECT kind FROM entry WHERE pair_id = ?", arguments: [row.pairID])
    // A pair that came after the index was made is in none of its counts.
    guard let old = stored else { return }
    let new = try storedNumber(of: row.kind)
    guard old != new else { return }
    try database.execute(
      sql: "UPDATE entry SET kind = ? WHERE pair_id = ?", arguments: [new, row.pairID])
    for (kind, change) in [(old, -1), (new, 1)] {
      try database.execute(
        sql: "UPDATE kind SET pairs = pairs + ? WHERE kind = ?", arguments: [change, kind])
      for (measure, bar) in row.bars {
        try database.execute(
          sql: """
            INSERT INTO bar (kind, measure, bar, pairs) VALUES (?, ?, ?, ?)
            ON CONFLICT (kind, measure, bar) DO UPDATE SET pairs = pairs + excluded.pairs
            """, arguments: [kind, measure, bar, change])
      }
    }
  }

  private func storedNumber(of name: String) throws -> Int64 {
    let found = try Int64.fetchOne(
      database, sql: "SELECT kind FROM kind WHERE name = ?", arguments: [name])
    if let found { return found }
    _ = try InspectionKind(name)
    try database.execute(
      sql: """
        INSERT INTO kind (kind, name, pairs) SELECT coalesce(max(kind), -1) + 1, ?, 0 FROM kind
        """, arguments: [name])
    return database.lastInsertedRowID
  }
}
