import Audit
import Foundation
import GRDB
import Testing

@testable import Inspector

/// Keeping, rejecting, undoing.
@Suite struct ReviewTests {
  private func pair(_ answer: HTTPAnswer) throws -> [String: Any] {
    try answer.object["pair"] as? [String: Any] ?? [:]
  }

  @Test func aReviewOverrulesAndIsUndone() async throws {
    let fixture = try await InspectorFixture()
    let kept = try await fixture.post(
      "/api/v1/pairs/2/review", #"{"verdict":"kept","note":"it is <b>a cat</b>"}"#)
    #expect(kept.status == 200)
    #expect(try pair(kept)["final_status"] as? String == "kept")
    #expect(try pair(kept)["final_reason"] as? String == "overruled")
    #expect(try pair(kept)["status"] as? String == "rejected")
    let stored = try fixture.audit.reviews(ofPair: 2)
    #expect(stored.map(\.note) == ["it is <b>a cat</b>"])
    #expect(stored.map(\.reviewer) == ["me <b>"])
    #expect(stored.map(\.createdAt) == ["1970-01-12T13:46:40Z"])
    let listed = try await fixture.get("/api/v1/pairs?reviewed=true").object["rows"] as? [Any]
    #expect(listed?.count == 1)
    let undone = try await fixture.post("/api/v1/pairs/2/undo")
    #expect(try pair(undone)["final_status"] as? String == "rejected")
    #expect(try await fixture.post("/api/v1/pairs/2/undo").status == 409)
  }

  @Test func reviewsAreListedNewestFirst() async throws {
    let fixture = try await InspectorFixture()
    for number in [1, 2, 3] {
      let body = #"{"verdict":"rejected"}"#
      #expect(try await fixture.post("/api/v1/pairs/\(number)/review", body).status == 200)
    }
    let page = try await fixture.get("/api/v1/reviews?limit=2").object
    let reviews = try #require(page["reviews"] as? [[String: Any]])
    #expect(reviews.map { $0["pair_id"] as? Int } == [3, 2])
    #expect((reviews[0]["pair"] as? [String: Any])?["final_status"] as? String == "rejected")
    let next = try #require(page["next"] as? String)
    let rest = try await fixture.get("/api/v1/reviews?limit=2&after=\(next)").object
    #expect((rest["reviews"] as? [[String: Any]])?.map { $0["pair_id"] as? Int } == [1])
    #expect(rest["next"] == nil)
  }

  @Test(arguments: [
    (#"{"verdict":"withdrawn"}"#, 400), (#"{"verdict":"maybe"}"#, 400), ("", 400), ("[]", 400),
    (#"{"verdict":"kept","note":7}"#, 400),
  ])
  func bodiesThatCannotBeAreRefused(body: String, status: Int) async throws {
    let fixture = try await InspectorFixture()
    #expect(try await fixture.post("/api/v1/pairs/1/review", body).status == status)
    #expect(try fixture.audit.reviews(ofPair: 1) == [])
  }

  @Test func notesAreBounded() async throws {
    let fixture = try await InspectorFixture()
    func body(_ count: Int) -> String {
      #"{"verdict":"kept","note":"\#(String(repeating: "n", count: count))"}"#
    }
    #expect(try await fixture.post("/api/v1/pairs/1/review", body(2001)).status == 400)
    #expect(try await fixture.post("/api/v1/pairs/1/review", body(20_000)).status == 413)
    #expect(try await fixture.post("/api/v1/pairs/1/review", body(2000)).status == 200)
  }

  @Test func pairsThatFailedOrAreNotThereCannotBeReviewed() async throws {
    let fixture = try await InspectorFixture()
    let body = #"{"verdict":"kept"}"#
    #expect(try await fixture.post("/api/v1/pairs/7/review", body).status == 409)
    #expect(try await fixture.post("/api/v1/pairs/999/review", body).status == 404)
    #expect(try await fixture.post("/api/v1/pairs/999/undo").status == 404)
    #expect(try await fixture.post("/api/v1/pairs/1/undo").status == 409)
  }

  @Test func readingGoesOnWhileAStageWrites() async throws {
    let fixture = try await InspectorFixture()
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    let queue = try DatabaseQueue(
      path: fixture.folder.file("audit.sqlite"), configuration: configuration)
    try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    #expect(try await fixture.get("/api/v1/pairs").status == 200)
    #expect(try await fixture.get("/api/v1/pairs/1").status == 200)
    #expect(try await fixture.get("/api/v1/summary").status == 200)
    try queue.inDatabase { try $0.execute(sql: "COMMIT") }
    let body = #"{"verdict":"kept"}"#
    #expect(try await fixture.post("/api/v1/pairs/1/review", body).status == 200)
  }

  @Test func aBusyDatabaseIsToldAsSuch() {
    let problem = APIProblem(AuditError.busy(path: "/secret/audit.sqlite"))
    let response = problem.response
    #expect(response.statusCode.code == 503)
    #expect(response.headers.contains { $0.key.rawValue == "Retry-After" && $0.value == "2" })
    #expect(!problem.message.contains("/secret"))
  }
}
