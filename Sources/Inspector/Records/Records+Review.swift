import Audit
import Foundation
import Pairs

/// What a page sends to keep or reject a pair.
struct ReviewBody: Decodable {
  let verdict: ReviewVerdict
  let note: String?

  /// The most characters of a note.
  static let noteLimit = 2000

  enum CodingKeys: String, CodingKey {
    case verdict
    case note
  }

  init(_ data: Data) throws(APIProblem) {
    do {
      self = try JSONDecoder().decode(ReviewBody.self, from: data)
    } catch {
      throw APIProblem.badValue("verdict", "has to be kept or rejected, in a JSON object")
    }
    guard verdict != .withdrawn else {
      throw APIProblem.badValue("verdict", "has to be kept or rejected")
    }
    guard note?.unicodeScalars.count ?? 0 <= Self.noteLimit else {
      throw APIProblem.badValue("note", "has more than \(Self.noteLimit) characters")
    }
  }
}

/// A pair as it stands after a change.
struct ChangedPair: Encodable, Sendable {
  let pair: PairView

  enum CodingKeys: String, CodingKey {
    case pair
  }
}

extension Records {
  /// Stores what a reviewer says of a pair. A pair that failed cannot be kept, so nothing can be said
  /// of it.
  func review(_ id: Int64, _ body: ReviewBody) throws -> ChangedPair {
    guard try pair(id).status != .failed else {
      throw APIProblem(
        .conflict, "failed_pair",
        "Pair \(id) failed before it was judged, so a review cannot keep it.")
    }
    try writing { audit in
      try audit.store(
        review: ReviewRequest(
          pairID: id, verdict: body.verdict, note: body.note, reviewer: configuration.reviewer,
          at: configuration.now()))
    }
    return ChangedPair(pair: PairView(try pair(id)))
  }

  /// Takes a pair's last review back.
  func undo(_ id: Int64) throws -> ChangedPair {
    _ = try pair(id)
    let undone = try writing { audit in
      try audit.undoReview(ofPair: id, reviewer: configuration.reviewer, at: configuration.now())
    }
    guard undone != nil else {
      throw APIProblem(.conflict, "no_review", "Pair \(id) has no review to take back.")
    }
    return ChangedPair(pair: PairView(try pair(id)))
  }

  /// A handle for one change: what is only read stays open for reading alone.
  @discardableResult
  private func writing<Value>(_ body: (AuditDatabase) throws -> Value) throws -> Value {
    let audit = try AuditDatabase(at: configuration.databasePath, access: .writing)
    let value = try body(audit)
    try audit.close()
    return value
  }
}
