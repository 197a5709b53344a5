import Foundation
import GRDB
import Pairs
import Testing

@testable import Audit

/// The index is what the audit says, whatever happened to the audit since.
@Suite struct InspectionUpdateTests {
  let fixture: InspectionFixture

  init() throws {
    fixture = try InspectionFixture(pairs: 120)
  }

  /// All that the index holds, against an index made anew elsewhere.
  private func expectSameAsNew(_ index: InspectionIndex, _ comment: Comment? = nil) throws {
    let new = try InspectionIndex(
      of: fixture.database, at: fixture.audit.folder.file("new-\(UUID()).sqlite"),
      now: { Date(timeIntervalSince1970: 0) }, progress: { _, _ in })
    #expect(try index.counts() == new.counts(), comment)
    #expect(try index.histogram(bars: 1_000) == new.histogram(bars: 1_000), comment)
    for sort in InspectionSort.allCases {
      for search in ["", "dog", "new"] {
        let filter = InspectionFilter(roles: Set(PairRole.allCases), search: search)
        #expect(
          try index.page(filter, sort: sort, limit: 1_000).rows
            == new.page(filter, sort: sort, limit: 1_000).rows, comment)
        // By the index of words as well.
        let effort = PageFinder.Effort(walkByCaption: 1, mostTests: 0)
        let pages = try [index, new].map {
          try $0.page(
            filter, sort: sort, descending: true, after: nil, limit: 1_000, effort: effort
          ).rows.map(\.pairID)
        }
        #expect(pages[0] == pages[1], comment)
      }
    }
  }

  @Test func openingAgainChangesNothing() throws {
    #expect(try fixture.index().freshness == .updated)
    let again = try fixture.index()
    #expect(again.freshness == .current)
    #expect(try again.refreshIfNeeded() == .current)
  }

  @Test func reviewsAreTakenInByWhomeverLooks() throws {
    let index = try fixture.index()
    let other = try fixture.index()
    for pair in 1...40 as ClosedRange<Int64> {
      try fixture.review(pair, pair.isMultiple(of: 2) ? .kept : .rejected)
    }
    #expect(try index.refreshIfNeeded() == .updated)
    #expect(try other.refreshIfNeeded() == .current)
    try expectSameAsNew(other)
    for pair in 1...20 as ClosedRange<Int64> {
      try fixture.database.undoReview(
        ofPair: pair, reviewer: "ben", at: Date(timeIntervalSince1970: 30))
    }
    #expect(try other.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
  }

  @Test func newDecisionsReplaceTheOld() throws {
    let index = try fixture.index()
    let scores = try fixture.database.scores(
      ofModel: fixture.model, roles: [.train], limit: 1_000)
    let run = try fixture.purify(scores, threshold: 0.2)
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
    try fixture.database.discardDecisions(ofRun: run)
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
    try fixture.database.discardScores()
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
    #expect(try index.histogram(bars: 20).bars.allSatisfy { $0.pairs == 0 })
  }

  @Test func newPairsAreAddedWithTheirCaptions() throws {
    let index = try fixture.index()
    try fixture.audit.ingest("a new dog\tn.jpg\nnew\tm.jpg\n", name: "more.tsv")
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
    let found = try index.page(InspectionFilter(search: "new"), sort: .manifest, limit: 5)
    #expect(found.rows.map(\.caption) == ["a new dog", "new"])
  }

  /// A discarded manifest's numbers go to the next one.
  @Test func captionsOfDiscardedPairsAreForgotten() throws {
    let source = try fixture.audit.ingest("a new dog\tn.jpg\nold\to.jpg\n", name: "more.tsv")
    let index = try fixture.index()
    try fixture.database.discardSource(source.id)
    try fixture.audit.ingest("a red cat\tn.jpg\nnew\to.jpg\n", name: "other.tsv")
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
  }

  @Test func aGrowingWorkspaceIsNotIndexedAgainAndAgain() throws {
    let clock = Clock()
    let index = try InspectionIndex(
      of: fixture.database, at: fixture.path, now: { clock.next() }, progress: { _, _ in })
    #expect(index.freshness == .updated)
    let run = try fixture.database.beginRun(AuditFixture.request("fetch"))
    try fixture.database.record(
      [
        FetchRecord(
          locationID: 15,
          result: .failure(RowFailure.Thrown(failure: RowFailure(.timeout, "slow"))), status: nil,
          finalURL: nil, contentType: nil, bytes: nil, seconds: 1, tries: 1)
      ], run: run, at: Date(timeIntervalSince1970: 1))
    #expect(try index.refreshIfNeeded() == .behind)
    // Reviews do not wait for it.
    try fixture.review(1, .rejected)
    #expect(try index.refreshIfNeeded() == .behind)
    let reviewed = try index.page(InspectionFilter(isReviewed: true), sort: .manifest, limit: 5)
    #expect(reviewed.rows.map(\.pairID) == [1])
    clock.skip(1_000)
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
  }

  @Test func pagesAreReadWhileAnotherWritesTheIndex() throws {
    let index = try fixture.index()
    let before = try index.page(InspectionFilter(), sort: .random, limit: 50).rows.map(\.pairID)
    let other = try DatabaseQueue(path: fixture.path)
    try other.inTransaction(.immediate) { database in
      try database.execute(sql: "DELETE FROM entry; DELETE FROM kind")
      let during = try index.page(InspectionFilter(), sort: .random, limit: 50)
      #expect(during.rows.map(\.pairID) == before)
      return .rollback
    }
  }

  @Test func aStageMayWriteWhileTheIndexIsMade() throws {
    let database = fixture.database
    var added = false
    let index = try InspectionIndex(
      of: try AuditDatabase(at: database.path, access: .reading), at: fixture.path,
      now: { Date(timeIntervalSince1970: 0) },
      progress: { done, _ in
        guard done > 0, !added else { return }
        added = true
        // Pairs that come meanwhile, and a review, are for the next look.
        _ = try? fixture.audit.ingest("a new dog\tn.jpg\n", name: "more.tsv")
        try? fixture.review(2, .kept)
      })
    #expect(added)
    #expect(try index.refreshIfNeeded() == .updated)
    try expectSameAsNew(index)
  }

  /// Decisions that are published meanwhile begin the making anew: no index is half of each.
  @Test func decisionsThatAreShownMeanwhileAreTheOnesThatCount() throws {
    let scores = try fixture.database.scores(
      ofModel: fixture.model, roles: [.train], limit: 1_000)
    var isDecided = false
    var beginnings = 0
    let index = try InspectionIndex(
      of: try AuditDatabase(at: fixture.database.path, access: .reading), at: fixture.path,
      now: { Date(timeIntervalSince1970: 0) },
      progress: { done, _ in
        if done == 0 { beginnings += 1 }
        guard done > 0, !isDecided else { return }
        isDecided = true
        _ = try? fixture.purify(scores, threshold: 0.1)
      })
    #expect(beginnings == 2)
    try expectSameAsNew(index)
  }
}

/// A clock that goes on by a second each time it is looked at.
private final class Clock: @unchecked Sendable {
  private var seconds = 0.0
  private let lock = NSLock()

  func next() -> Date {
    lock.withLock {
      seconds += 1
      return Date(timeIntervalSince1970: seconds)
    }
  }

  func skip(_ seconds: Double) {
    lock.withLock { self.seconds += seconds }
  }
}
