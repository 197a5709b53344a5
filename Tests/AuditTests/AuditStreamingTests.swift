import Foundation
import Pairs
import Testing

@testable import Audit

/// Pairs in the order of their image locations.
@Suite struct AuditStreamingTests {
  let fixture: AuditFixture
  var database: AuditDatabase { fixture.database }

  /// Locations 1 (pairs 1, 3, 6), 2 (pair 2), 3 on the web, 4 (pairs 5, 8), 5 (pair 7).
  init() throws {
    fixture = try AuditFixture()
    try fixture.ingest(
      "one\ta.jpg\ntwo\tb.jpg\nthree\ta.jpg\nfour\thttp://h/w.jpg\nfive\tc.jpg\nsix\ta.jpg\n")
    try fixture.ingest("seven\td.jpg\neight\tc.jpg\n", role: .meta, name: "meta.tsv")
  }

  private func look(_ results: [Int64: ImageOutcome.Result]) throws -> Int64 {
    let run = try database.beginRun(AuditFixture.request("featurize"))
    try database.record(
      results.sorted { $0.key < $1.key }.map { ImageOutcome(locationID: $0, result: $1) }, run: run)
    return run
  }

  private func locations(_ model: Int64) throws -> [Int64] {
    var found: [Int64] = []
    while true {
      let page = try database.streamedLocations(
        unscoredBy: model, after: found.last ?? 0, limit: 2)
      if page.isEmpty { break }
      found += page.map(\.image.locationID)
    }
    #expect(try database.streamedLocationCount(unscoredBy: model) == found.count)
    return found
  }

  private func pairs(
    _ model: Int64, after first: Int64 = 0, upTo last: Int64 = 99, limit: Int
  ) throws -> [Int64] {
    var position = StreamPosition(afterLocation: first)
    var found: [Int64] = []
    while true {
      let page = try database.streamedPairs(
        unscoredBy: model, after: position, upTo: last, limit: limit)
      guard let end = page.last else { return found }
      #expect(page.count <= limit)
      position = StreamPosition(locationID: end.locationID, pairID: end.pairID)
      found += page.map(\.pairID)
    }
  }

  @Test func pairsComeByTheirLocationsHoweverLargeThePages() throws {
    let model = try database.modelID(named: "m")
    try database.beginStreaming()
    #expect(try locations(model) == [1, 2, 4, 5])
    #expect(try pairs(model, limit: 9) == [])
    let run = try look([
      1: .streamed(AuditFixture.content(1)),
      2: .unusable(AuditFixture.content(2), RowFailure(.corruptImage, "bad code")),
      4: .featurized(AuditFixture.content(3), FeatureAddress(shard: 0, row: 0)),
      5: .streamed(AuditFixture.content(1)),
    ])
    for limit in 1...9 {
      #expect(try pairs(model, limit: limit) == [1, 3, 6, 5, 8, 7])
      #expect(try pairs(model, after: 1, upTo: 4, limit: limit) == [5, 8])
    }
    #expect(try locations(model) == [1, 4, 5])
    let known = try database.streamedLocations(unscoredBy: model, limit: 9)
    #expect(known.map(\.isLookedAt) == [true, true, true])
    #expect(known.map(\.features) == [nil, FeatureAddress(shard: 0, row: 0), nil])
    #expect(known[0].image.known == AuditFixture.content(1).digest)

    let scoring = try database.beginRun(AuditFixture.request("score"))
    func store(_ pairs: [Int64]) throws {
      try database.store(
        pairs.map { PairScore(pairID: $0, similarityA: 0.5, similarityB: 0.5) }, model: model,
        run: scoring)
    }
    try store([1, 3, 5])
    #expect(try locations(model) == [1, 4, 5])
    #expect(try pairs(model, limit: 1) == [6, 8, 7])
    try store([6, 8])
    #expect(try locations(model) == [5])
    // Another model has scored nothing; pairs that came meanwhile are found when it begins anew.
    try fixture.ingest("nine\tb.jpg\nten\td.jpg\n", name: "late.tsv")
    let other = try database.modelID(named: "other")
    try database.beginStreaming()
    #expect(try locations(other) == [1, 4, 5])
    #expect(try pairs(other, limit: 3) == [1, 3, 6, 5, 8, 7, 10])
    #expect(try pairs(model, limit: 3) == [7, 10])
    try database.finishRun(run, at: Date(timeIntervalSince1970: 9))
  }

  @Test func whatWasNotStoredIsStillToBeStored() throws {
    _ = try look([
      1: .streamed(AuditFixture.content(1)), 2: .unavailable(RowFailure(.missingImage, "none")),
      4: .featurized(AuditFixture.content(3), FeatureAddress(shard: 0, row: 0)),
      5: .streamed(AuditFixture.content(1)),
    ])
    #expect(try database.imageProgress() == ImageProgress(total: 4, done: 4))
    #expect(try database.featureProgress() == ImageProgress(total: 4, done: 2))
    #expect(try database.pendingImages(limit: 9).map(\.locationID) == [1, 5])
    #expect(try database.storedFeatureCount() == 1)
    #expect(try database.unstoredPairCount(roles: [.train]) == 3)
    #expect(try database.unstoredPairCount(roles: [.train, .meta]) == 4)
    let first = try database.pendingImages(limit: 1)
    #expect(first.map(\.known) == [AuditFixture.content(1).digest])
    _ = try look([
      1: .featurized(AuditFixture.content(1), FeatureAddress(shard: 1, row: 0))
    ])
    // The same picture under both names.
    #expect(try database.pendingImages(limit: 9) == [])
    #expect(
      try database.image(with: AuditFixture.content(1).digest)?.features
        == FeatureAddress(shard: 1, row: 0))
    #expect(try database.unstoredPairCount(roles: [.train, .meta]) == 0)
  }

  @Test func whatIsDiscardedIsCountedAnew() throws {
    let run = try look([
      1: .streamed(AuditFixture.content(1)), 2: .unavailable(RowFailure(.missingImage, "none")),
      4: .featurized(AuditFixture.content(3), FeatureAddress(shard: 0, row: 0)),
    ])
    #expect(try database.runs().last?.counts == ["ok": 2, "missing_image": 1])
    try database.discardUnstoredImages()
    #expect(try database.runs().last?.counts == ["ok": 1])
    #expect(try database.pendingImages(limit: 9).map(\.locationID) == [1, 2, 5])
    #expect(try database.image(with: AuditFixture.content(1).digest) == nil)
    #expect(try database.image(with: AuditFixture.content(3).digest)?.isSettled == true)
    try database.finishRun(run, at: Date(timeIntervalSince1970: 9))
  }
}
