import GRDB

/// The runs of all shards. Those of one command, configuration, version and seed are one run of the
/// whole: it began with the first of them, ended with the last, and its counts, work and seconds are
/// their sums.
struct MergeRuns {
  /// What makes runs of different shards the same.
  private struct Identity: Hashable, Comparable {
    let command: String
    let configuration: String
    let hash: String
    let version: String
    let seed: Int64?

    static func < (left: Identity, right: Identity) -> Bool {
      // The texts' bytes decide: Swift's order of strings may differ between its versions.
      left.parts.lexicographicallyPrecedes(right.parts)
    }

    private var parts: [UInt8] {
      [command, configuration, version, seed.map { "\($0)" } ?? ""].flatMap {
        Array($0.utf8) + [0]
      }
    }
  }

  private struct Merged {
    var startedAt: String
    var endedAt: String?
    var counts: [String: Int]?
    /// nil also where they differ, as `done` then is: lines and images have no sum.
    var unit: String?
    var done: Int?
    /// nil where one of them was not measured.
    var seconds: WorkSeconds?
  }

  private var merged: [Identity: Merged] = [:]
  private var identities: [[Int64: Identity]] = []
  /// New numbers, in the order of the runs' beginnings.
  private var numbers: [Identity: Int64] = [:]
  /// Places in an order that does not depend on time.
  private var ranks: [Identity: Int] = [:]

  init(of inputs: [MergeInput]) throws {
    for input in inputs {
      var own: [Int64: Identity] = [:]
      let rows = try Row.fetchCursor(
        input.database,
        sql: """
          SELECT run_id, command, config, config_sha256, program_version, seed, started_at,
            ended_at, counts, unit, done, seconds
          FROM run
          """)
      while let row = try rows.next() {
        let identity = Identity(
          command: row[1], configuration: row[2], hash: row[3], version: row[4], seed: row[5])
        own[row[0]] = identity
        let text: String? = row[8]
        add(
          Merged(
            startedAt: row[6], endedAt: row[7],
            counts: try text.map { try AuditDatabase.decodeCounts($0) }, unit: row[9],
            done: row[10],
            seconds: (row[11] as Double?).map(WorkSeconds.init)), identity)
      }
      identities.append(own)
    }
    for (rank, identity) in merged.keys.sorted().enumerated() { ranks[identity] = rank }
    let ordered = merged.sorted { left, right in
      left.value.startedAt == right.value.startedAt
        ? left.key < right.key : left.value.startedAt < right.value.startedAt
    }
    for (index, run) in ordered.enumerated() { numbers[run.key] = Int64(index + 1) }
  }

  private mutating func add(_ run: Merged, _ identity: Identity) {
    guard var known = merged[identity] else {
      merged[identity] = run
      return
    }
    known.startedAt = min(known.startedAt, run.startedAt)
    known.endedAt =
      if let ended = known.endedAt, let other = run.endedAt { max(ended, other) } else { nil }
    known.counts =
      known.counts.map { $0.merging(run.counts ?? [:], uniquingKeysWith: +) } ?? run.counts
    if known.unit != run.unit { known.unit = nil }
    known.done =
      if let done = known.done, let other = run.done, known.unit != nil { done + other } else {
        nil
      }
    known.seconds =
      if let seconds = known.seconds, let other = run.seconds { seconds + other } else { nil }
    merged[identity] = known
  }

  /// The new number of a shard's run.
  func number(ofRun run: Int64, in input: Int) throws(AuditError) -> Int64 {
    guard let identity = identities[input][run], let number = numbers[identity] else {
      throw .noSuchRow(table: "run", id: run)
    }
    return number
  }

  /// A shard's run's place in an order that is the same however shards are grouped.
  func rank(ofRun run: Int64, in input: Int) throws(AuditError) -> Int {
    guard let identity = identities[input][run], let rank = ranks[identity] else {
      throw .noSuchRow(table: "run", id: run)
    }
    return rank
  }

  /// Stores the runs.
  func write(to database: Database) throws {
    for (identity, run) in merged {
      try database.execute(
        sql: """
          INSERT INTO run (run_id, command, config, config_sha256, program_version, seed,
            started_at, ended_at, counts, unit, done, seconds)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          numbers[identity], identity.command, identity.configuration, identity.hash,
          identity.version, identity.seed, run.startedAt, run.endedAt,
          try run.counts.map { try AuditDatabase.encodeCounts($0) }, run.unit, run.done,
          run.seconds?.value,
        ])
    }
  }
}
