import Audit
import Foundation
import Pairs

/// What a workspace tells and what a reviewer adds to it.
///
/// Two lanes: what only reads goes one after the other, and storing a review, which may wait for a
/// stage's transaction, never waits behind a long read.
struct Records: Sendable {
  let configuration: InspectorConfiguration
  let audit: AuditDatabase
  let index: InspectionIndex
  private let readings = Lane("reading")
  private let reviewing = Lane("reviewing")

  init(_ configuration: InspectorConfiguration, audit: AuditDatabase, index: InspectionIndex) {
    self.configuration = configuration
    self.audit = audit
    self.index = index
  }

  /// Runs a read off the connections' threads.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Records) throws -> Value
  ) async throws -> Value {
    try await readings.run { try body(self) }
  }

  /// Runs a change of reviews off the connections' threads.
  func change<Value: Sendable>(
    _ body: @escaping @Sendable (Records) throws -> Value
  ) async throws -> Value {
    try await reviewing.run { try body(self) }
  }
}

extension Records {
  /// A page of the gallery. The first page of a list is of the newest state; those after it go on in
  /// the order that the list was begun in.
  func pairs(_ request: PairsRequest) throws -> PairsAnswer {
    if request.after == nil { try index.refreshIfNeeded() }
    let page = try index.page(
      request.filter, sort: request.sort, descending: request.isDescending, after: request.after,
      limit: request.limit)
    return PairsAnswer(
      rows: page.rows.map { PairView($0) }, next: page.next, matching: page.matching)
  }

  /// A pair by its number.
  func pair(_ id: Int64) throws -> InspectedPair {
    guard let pair = try audit.inspectedPair(id) else {
      throw APIProblem(.notFound, "no_such_pair", "There is no pair \(id) in this workspace.")
    }
    return pair
  }

  /// A page of all reviews, newest first.
  func reviews(before: Int64?, limit: Int) throws -> ReviewsAnswer {
    let reviews = try audit.newestReviews(before: before, limit: limit + 1)
    let page = Array(reviews.prefix(limit))
    var pairs: [Int64: InspectedPair] = [:]
    for pair in try audit.inspectedPairs(Array(Set(page.map(\.pairID)))) {
      pairs[pair.pairID] = pair
    }
    return ReviewsAnswer(
      reviews: page.compactMap { review in
        pairs[review.pairID].map { ReviewsAnswer.Entry(review: review, pair: PairView($0)) }
      },
      next: reviews.count > limit ? page.last.map { "\($0.id)" } : nil)
  }
}

/// A page of the gallery.
struct PairsAnswer: Encodable, Sendable {
  let rows: [PairView]
  let next: String?
  let matching: Int?

  enum CodingKeys: String, CodingKey {
    case rows
    case next
    case matching
  }
}

/// A page of reviews.
struct ReviewsAnswer: Encodable, Sendable {
  struct Entry: Encodable, Sendable {
    let review: Review
    let pair: PairView

    enum CodingKeys: String, CodingKey {
      case pair
    }

    func encode(to encoder: any Encoder) throws {
      try review.encode(to: encoder)
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(pair, forKey: .pair)
    }
  }

  let reviews: [Entry]
  let next: String?

  enum CodingKeys: String, CodingKey {
    case reviews
    case next
  }
}
