import Foundation
import GRDB
import Pairs

/// Compares the inspection index with the audit and changes it where they differ.
struct InspectionBuilder {
  let audit: AuditDatabase
  let pool: DatabasePool
  let path: String
  let now: @Sendable () -> Date

  /// How many pairs are read from the audit at a time, each time in a transaction of its own: a long
  /// one would keep a stage's write-ahead log from being folded back.
  private static let page = 20_000

  /// While pairs go on changing, the index is made anew at most after this many times as long as
  /// making it took.
  private static let patience = 20.0

  /// What is known of the index as it is.
  private struct State {
    let fingerprint: InspectionFingerprint
    let builtAt: Date
    let seconds: Double
  }

  func bringUpToDate(
    progress: (Int, Int) -> Void
  ) throws(AuditError) -> InspectionIndex.Freshness {
    let current = try audit.inspectionFingerprint()
    let state = try translating { try pool.read(storedState) }
    do {
      guard let state else {
        try build(progress: progress)
        return .updated
      }
      let known = state.fingerprint
      if known == current { return .current }
      if current.isSamePairs(as: known) {
        try updateReviews()
        return .updated
      }
      if current.shown == known.shown, isTooSoon(after: state) {
        try updateReviews()
        return .behind
      }
      try build(progress: progress)
      return .updated
    } catch .busy(let path) {
      // Somebody else is at it. What is there can be read meanwhile.
      guard state != nil else { throw .busy(path: path) }
      return .behind
    }
  }

  private func translating<Value>(_ body: () throws -> Value) throws(AuditError) -> Value {
    do {
      return try body()
    } catch {
      throw AuditDatabase.auditError(error, path: path)
    }
  }

  private func storedState(_ database: Database) throws -> State? {
    try Row.fetchOne(database, sql: "SELECT fingerprint, built_at, build_seconds FROM state").map {
      State(
        fingerprint: try JSONDecoder().decode(
          InspectionFingerprint.self, from: Data(($0[0] as String).utf8)),
        builtAt: Date(timeIntervalSince1970: $0[1]), seconds: $0[2])
    }
  }

  private func isTooSoon(after state: State) -> Bool {
    // A clock that was set back says nothing.
    let age = now().timeIntervalSince(state.builtAt)
    return age >= 0 && age < Self.patience * state.seconds
  }

  private func encoded(_ fingerprint: InspectionFingerprint) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(fingerprint), as: UTF8.self)
  }
}

extension InspectionBuilder {
  /// Makes all entries anew and adds the captions that are new, in one transaction: readers see what
  /// was there before until it is done, and a killed build leaves nothing.
  private func build(progress: (Int, Int) -> Void) throws(AuditError) {
    try translating {
      try waitingForAnother {
        try pool.write { database in
          // Another process may have done it while this one waited for its turn.
          let known = try storedState(database)?.fingerprint
          if try known == audit.inspectionFingerprint() { return }
          try fill(database, known: known, progress: progress)
        }
      }
      // Otherwise every page would be looked for in a log as large as the index.
      try pool.writeWithoutTransaction { database in _ = try database.checkpoint(.passive) }
    }
  }

  /// Where there is no index yet, there is nothing to read until another process has made it.
  private func waitingForAnother(_ body: () throws -> Void) throws {
    for _ in 0..<Self.mostWaits {
      do {
        return try body()
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        if try pool.read(storedState) != nil { throw error }
      }
    }
    try body()
  }

  /// Each as long as the connection's own patience, two seconds.
  private static let mostWaits = 300

  private func fill(
    _ database: Database, known: InspectionFingerprint?, progress: (Int, Int) -> Void
  ) throws {
    let began = now()
    var writer = try EntryWriter(database)
    // What the captions that are in were read from.
    var captioned = known
    while true {
      let before = try audit.inspectionFingerprint()
      let captionsAfter = captioned.flatMap { before.keepsCaptions(of: $0) ? $0.lastPair : nil }
      try writer.begin(keepingCaptions: captionsAfter != nil)
      let rule = try audit.publishedRule()?.rule
      progress(0, before.pairs)
      var last: Int64 = 0
      while let end = try audit.forEachInspectionRow(
        after: last, through: before.lastPair, limit: Self.page,
        captionsAfter: captionsAfter ?? 0,
        { row in try writer.insert(row, rule: rule) })
      {
        last = end
        progress(min(writer.count, before.pairs), before.pairs)
      }
      captioned = before
      // Pairs that changed meanwhile are found where they stood: the next look makes it good. But
      // half of them decided by one run and half by another is no state that ever was.
      guard try audit.inspectionFingerprint().shown == before.shown else { continue }
      try writer.finish()
      let ended = now()
      try database.execute(
        sql: """
          INSERT INTO state (only_row, fingerprint, build, built_at, build_seconds)
          VALUES (1, ?, 1, ?, ?)
          ON CONFLICT (only_row) DO UPDATE SET
            fingerprint = excluded.fingerprint, build = build + 1, built_at = excluded.built_at,
            build_seconds = excluded.build_seconds
          """,
        arguments: [
          try encoded(before), ended.timeIntervalSince1970, ended.timeIntervalSince(began),
        ])
      return
    }
  }
}

extension InspectionBuilder {
  /// Moves the pairs that were reviewed since to where they belong now.
  private func updateReviews() throws(AuditError) {
    try translating {
      try pool.write { database in
        // Another process may have taken some in meanwhile.
        guard var known = try storedState(database)?.fingerprint else { return }
        let writer = try EntryWriter(database)
        while true {
          let reviews = try audit.reviews(after: known.lastReview, limit: 1_000)
          guard let last = reviews.last else { break }
          for pair in Set(reviews.map(\.pairID)).sorted() {
            try audit.forInspectionRow(ofPair: pair) { try writer.move($0) }
          }
          known.lastReview = last.id
        }
        try database.execute(
          sql: "UPDATE state SET fingerprint = ?", arguments: [try encoded(known)])
      }
    }
  }
}
