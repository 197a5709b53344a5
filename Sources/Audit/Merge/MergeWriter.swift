import GRDB
import Pairs

/// Writes the rows of the united audit, each with the next number.
final class MergeWriter {
  private typealias Row = RawStatement.Row

  /// Similarities of one pair in two shards may differ by so much: their batches were others.
  static let tolerance = 1e-5

  private let inputs: [MergeInput]
  private let runs: MergeRuns
  /// The run of the whole whose decisions are taken over; nil for none.
  private let decidingRun: Int64?
  private let insertPair: BulkStatement
  private let insertRaw: BulkStatement
  private let insertScore: BulkStatement
  private let insertDecision: BulkStatement
  private let locations: MergeLocations
  private let reviews: MergeReviews
  /// The number of the last pair.
  private(set) var pairs: Int64 = 0

  init(
    _ inputs: [MergeInput], _ runs: MergeRuns, decidingRun: Int64?, _ reviews: MergeReviews,
    to database: Database
  ) throws {
    self.inputs = inputs
    self.runs = runs
    self.decidingRun = decidingRun
    self.reviews = reviews
    locations = try MergeLocations(inputs, runs, to: database)
    insertPair = try BulkStatement(
      database,
      sql: """
        INSERT INTO pair (pair_id, source_id, line, key, occurrence, caption, url, line_ending,
          location_id, reason, detail)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    insertRaw = try BulkStatement(
      database,
      sql: "INSERT INTO raw_line (pair_id, bytes, byte_offset, byte_count) VALUES (?, ?, ?, ?)")
    insertScore = try BulkStatement(
      database,
      sql: """
        INSERT INTO score (model_id, pair_id, similarity_a, similarity_b, similarity, run_id)
        VALUES (1, ?, ?, ?, ?, ?)
        """)
    insertDecision = try BulkStatement(
      database,
      sql: """
        INSERT INTO decision (run_id, pair_id, is_kept, reason, detail, clean_probability)
        VALUES (?, ?, ?, ?, ?, ?)
        """)
  }

  /// How many locations more there are than different URLs and paths, since shards found different
  /// things there.
  var variants: Int { locations.variants }

  /// Writes one line.
  ///
  /// - Parameters:
  ///   - source: The source's new number.
  ///   - copies: The audits that have the line, at least one, each cursor standing at it.
  func write(_ copies: [MergeCursor], of source: MergeSource, number: Int64) throws {
    guard let first = copies.first?.row, let line = copies.first?.line else { return }
    pairs += 1
    let pair = pairs
    let chosen = copies.count == 1 ? copies : try agreeing(copies, of: source)
    let location = try locations.number(for: chosen, pair: pair)
    try insertPair.execute {
      $0.bind(pair)
      $0.bind(number)
      $0.bind(line)
      for column in [
        Row.Column.key, .occurrence, .caption, .url, .lineEnding,
      ] { $0.bind(first, column.rawValue) }
      $0.bind(location)
      $0.bind(first, Row.Column.pairReason.rawValue)
      $0.bind(first, Row.Column.pairDetail.rawValue)
    }
    if !first.isNull(.rawPair) {
      try insertRaw.execute {
        $0.bind(pair)
        for column in [Row.Column.rawBytes, .rawOffset, .rawCount] {
          $0.bind(first, column.rawValue)
        }
      }
    }
    if let scored = try score(of: chosen, source: source) { try store(scored, pair: pair) }
    try reviews.write(pair: pair, line: line, copies)
  }

  private func store(_ cursor: MergeCursor, pair: Int64) throws {
    guard let row = cursor.row else { return }
    let run = try runs.number(ofRun: row.integer(.scoreRun), in: cursor.input)
    try insertScore.execute {
      $0.bind(pair)
      for column in [Row.Column.similarityA, .similarityB, .similarity] {
        $0.bind(row, column.rawValue)
      }
      $0.bind(run)
    }
    guard let decidingRun, !row.isNull(.decision) else { return }
    try insertDecision.execute {
      $0.bind(decidingRun)
      $0.bind(pair)
      for column in [
        Row.Column.isKept, .decisionReason, .decisionDetail, .cleanProbability,
      ] { $0.bind(row, column.rawValue) }
    }
  }

  /// Those of several copies of a line that have what came of its picture at best. A harvested line
  /// must have come to the same in all; trusted ones are fetched by each shard for itself.
  private func agreeing(
    _ copies: [MergeCursor], of source: MergeSource
  ) throws -> [MergeCursor] {
    let place = "line \(copies[0].line) of \(source.description.path)"
    func same(_ what: String, _ value: (Row) -> [UInt8]) throws {
      try MergeConflict.requireSame(
        "\(what) of \(place)",
        copies.map { (inputs[$0.input].name, $0.row.map { Self.name(of: value($0)) }) })
    }
    try same("the key") { $0.valueBytes(Row.Column.key.rawValue) }
    try same("the repeat number") { $0.valueBytes(Row.Column.occurrence.rawValue) }
    if source.description.role == .train {
      try same("what came of the picture") { [UInt8($0.quality)] + $0.outcome }
    }
    let ranked = copies.compactMap { cursor in
      cursor.row.map { (cursor: cursor, key: [UInt8($0.quality)] + $0.outcome) }
    }
    guard let best = ranked.map(\.key).min(by: { $0.lexicographicallyPrecedes($1) }) else {
      return copies
    }
    return ranked.filter { $0.key == best }.map(\.cursor)
  }

  /// The copy whose score is taken: the least one, so that it is the same in whatever order shards
  /// come; nil where none has any.
  private func score(of copies: [MergeCursor], source: MergeSource) throws -> MergeCursor? {
    let scored = copies.filter { $0.row?.isNull(.similarity) == false }
    guard scored.count > 1 else { return scored.first }
    func order(_ cursor: MergeCursor) throws -> (Double, Double, Int) {
      guard let row = cursor.row else { return (0, 0, 0) }
      return (
        row.double(.similarityA) ?? 0, row.double(.similarityB) ?? 0,
        try runs.rank(ofRun: row.integer(.scoreRun), in: cursor.input)
      )
    }
    let least = try scored.min { try order($0) < order($1) } ?? scored[0]
    for cursor in scored {
      for column in [Row.Column.similarityA, .similarityB] {
        guard let own = least.row?.double(column), let other = cursor.row?.double(column),
          !(abs(own - other) <= Self.tolerance)
        else { continue }
        throw AuditError.shardsDiffer(
          MergeConflict(
            "the similarity of line \(cursor.line) of \(source.description.path)",
            MergeConflict.Side(inputs[least.input].name, "\(own)"),
            MergeConflict.Side(inputs[cursor.input].name, "\(other)")))
      }
    }
    return least
  }

  /// Tells two values apart in a message.
  private static func name(of bytes: [UInt8]) -> String {
    "one with hash " + SHA256Digest(of: bytes).description.prefix(16)
  }
}
