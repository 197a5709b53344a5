import Foundation
import Pairs
import Testing

@testable import Audit

@Suite struct ReviewTests {
  let fixture: AuditFixture

  init() throws {
    fixture = try AuditFixture()
    try fixture.ingest("dog\td.jpg\ncat\tc.jpg\n")
  }

  private func review(_ verdict: ReviewVerdict, note: String? = nil) throws {
    try fixture.database.store(
      review: ReviewRequest(
        pairID: 1, verdict: verdict, note: note, reviewer: "anna",
        at: Date(timeIntervalSince1970: 60)))
  }

  private func undo() throws -> ReviewVerdict? {
    try fixture.database.undoReview(
      ofPair: 1, reviewer: "ben", at: Date(timeIntervalSince1970: 90))?.verdict
  }

  private var standing: String {
    get throws {
      let pair = try #require(try fixture.database.inspectedPair(1))
      return "\(pair.finalStatus)\(pair.isReviewed ? ", reviewed" : "")"
    }
  }

  @Test func aReviewSaysWhoAndWhen() throws {
    try review(.rejected, note: "  a fox,\nnot a dog ")
    let stored = try fixture.database.reviews(ofPair: 1)
    #expect(
      stored == [
        Review(
          id: 1, pairID: 1, verdict: .rejected, note: "a fox,\nnot a dog", reviewer: "anna",
          createdAt: "1970-01-01T00:01:00Z")
      ])
    #expect(try fixture.database.reviews(limit: 9) == stored)
    #expect(try fixture.database.reviews(after: 1, limit: 9) == [])
    #expect(try standing == "rejected, reviewed")
  }

  @Test func undoingGoesBackAStepAndComesToAnEnd() throws {
    #expect(try undo() == nil)
    try review(.kept, note: "first")
    try review(.rejected)
    #expect(try undo() == .kept)
    #expect(try standing == "kept, reviewed")
    #expect(try fixture.database.reviews(ofPair: 1).last?.note == "first")
    #expect(try undo() == .withdrawn)
    #expect(try standing == "pending")
    #expect(try undo() == nil)
    try review(.rejected)
    #expect(try undo() == .withdrawn)
    #expect(try fixture.database.reviews(ofPair: 1).map(\.reviewer).suffix(2) == ["anna", "ben"])
  }

  @Test func whatCannotBeStoredIsRefused() throws {
    #expect(throws: AuditError.noSuchRow(table: "pair", id: 3)) {
      try fixture.database.store(
        review: ReviewRequest(
          pairID: 3, verdict: .kept, note: nil, reviewer: "anna",
          at: Date(timeIntervalSince1970: 0)))
    }
    #expect(throws: AuditError.noSuchRow(table: "pair", id: -1)) {
      try fixture.database.undoReview(
        ofPair: -1, reviewer: "anna", at: Date(timeIntervalSince1970: 0))
    }
    #expect(throws: AuditError.self) {
      try review(.kept, note: String(repeating: "x", count: 5_000))
    }
    #expect(throws: AuditError.self) {
      try fixture.database.store(
        review: ReviewRequest(
          pairID: 1, verdict: .kept, note: nil, reviewer: "", at: Date(timeIntervalSince1970: 0)))
    }
    #expect(try fixture.database.reviews(limit: 9) == [])
  }

  @Test func hostileNotesComeBackAsTheyWere() throws {
    let note = "'); DROP TABLE review; -- \u{0}\u{1B}[31m \u{202E}<script>"
    try review(.kept, note: note)
    #expect(try fixture.database.reviews(ofPair: 1).first?.note == note)
  }
}
