import Foundation
import GRDB
import Pairs

extension InspectionIndex {
  /// How many pairs are read from the audit at a time, each time in a transaction of its own: a long
  /// one would keep a stage's write-ahead log from being folded back.
  private static let page = 20_000

  /// While pairs go on changing, the index is made anew at most after this many times as long as
  /// making it took.
  private static let patience = 20.0

  /// Compares the index with the audit and changes it where they differ.
  @discardableResult
  func bringUpToDate(
    isForced: Bool, progress: (Int, Int) -> Void
  ) throws(AuditError) -> Freshness {
    let current = try audit.inspectionFingerprint()
    let known = try knownFingerprint()
    if known == current { return .current }
    if let known, !isForced, !current.isSamePairs(as: known), current.shown == known.shown,
      isTooSoon
    {
      if current.lastReview > known.lastReview { try updateReviews(from: known, to: current) }
      return .behind
    }
    do {
      if let known, current.isSamePairs(as: known) {
        try updateReviews(from: known, to: current)
      } else {
        try build(progress: progress)
      }
      return .updated
    } catch .busy(let path) {
      // Somebody else is at it. What is there can be read meanwhile.
      guard known == nil else { return .behind }
      throw .busy(path: path)
    }
  }

  /// What the index was made from; nil before it was made.
  func knownFingerprint() throws(AuditError) -> InspectionFingerprint? {
    try read(Self.storedFingerprint)
  }

  private static func storedFingerprint(_ database: Database) throws -> InspectionFingerprint? {
    try String.fetchOne(database, sql: "SELECT fingerprint FROM state").map {
      try JSONDecoder().decode(InspectionFingerprint.self, from: Data($0.utf8))
    }
  }

  private static func store(
    _ fingerprint: InspectionFingerprint, in database: Database
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try database.execute(
      sql: """
        INSERT INTO state (only_row, fingerprint, build) VALUES (1, ?, 1)
        ON CONFLICT (only_row) DO UPDATE SET fingerprint = excluded.fingerprint, build = build + 1
        """, arguments: [String(decoding: try encoder.encode(fingerprint), as: UTF8.self)])
  }

  private var isTooSoon: Bool {
    guard let last = memory.withLock({ $0.lastBuild }) else { return false }
    return now().timeIntervalSince(last.ended) < Self.patience * last.seconds
  }

  /// Makes all entries anew and adds the captions that are new, in one transaction: readers see what
  /// was there before until it is done, and a killed build leaves nothing.
  private func build(progress: (Int, Int) -> Void) throws(AuditError) {
    let began = now()
    try write { database in
      // Another process may have done it while this one waited for its turn.
      let current = try audit.inspectionFingerprint()
      let known = try Self.storedFingerprint(database)
      if known == current { return }
      try fill(database, known: known, progress: progress)
    }
    do {
      try pool.writeWithoutTransaction { database in _ = try database.checkpoint(.passive) }
    } catch {
      throw AuditDatabase.auditError(error, path: path)
    }
    let ended = now()
    memory.withLock {
      $0.lastBuild = (ended, ended.timeIntervalSince(began))
      $0.hits = []
    }
  }

  private func fill(
    _ database: Database, known: InspectionFingerprint?, progress: (Int, Int) -> Void
  ) throws {
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
      try Self.store(before, in: database)
      return
    }
  }

  /// Moves the pairs that were reviewed since to where they belong now.
  private func updateReviews(
    from known: InspectionFingerprint, to current: InspectionFingerprint
  ) throws(AuditError) {
    try write { database in
      // Another process may have taken them in meanwhile: doing it twice changes nothing.
      var known = try Self.storedFingerprint(database) ?? known
      let rule = try audit.publishedRule()?.rule
      let writer = try EntryWriter(database)
      while known.lastReview < current.lastReview {
        let reviews = try audit.reviews(after: known.lastReview, limit: 1_000)
        guard let last = reviews.last else { break }
        for pair in Set(reviews.map(\.pairID)).sorted() {
          try audit.forInspectionRow(ofPair: pair) { try writer.move($0, rule: rule) }
        }
        known.lastReview = last.id
      }
      try Self.store(known, in: database)
    }
  }
}
