import Audit
import Foundation
import Synchronization
import Testing

@testable import Stages

@Suite struct PurifyResumeTests {
  typealias Line = ContentFixture.Line

  /// Copies of two pictures, whose best pairs come late, and a repeat: with two pairs a page, what an
  /// early page decides depends on later ones.
  private static let lines = [
    Line(caption: "a dog", image: "dog.png"), Line(caption: "a cat", image: "cat.png"),
    Line(caption: "a cat", image: "cat.png", similarity: 0.85),
    Line(caption: "a hound", image: "large-dog.png", similarity: 0.9),
    Line(caption: "no dog", image: "dog.png", similarity: 0.2),
    Line(caption: "a tabby", image: "large-cat.png", similarity: 0.7),
  ]
  private static let files = [
    "dog.png": GeneratedImage.waves(1), "cat.png": GeneratedImage.waves(2),
    "large-dog.png": GeneratedImage.waves(1, width: 128, height: 96),
    "large-cat.png": GeneratedImage.waves(2, width: 128, height: 96),
  ]
  /// A better pair of the dog.
  private static let moreLines = [Line(caption: "the dog", image: "dog-3.png", similarity: 0.95)]
  private static let moreFiles = ["dog-3.png": GeneratedImage.waves(1, width: 96, height: 72)]

  private static func rules(_ rules: inout ContentRules) {
    rules.dropRepeated = true
    rules.nearDuplicates = .dropImages
  }

  private static func stage(
    _ fixture: ContentFixture, killedAfter pages: Int? = nil
  ) -> PurifyStage {
    let left = Mutex(pages ?? .max)
    var surroundings = PurifyStage.Surroundings()
    surroundings.page = 2
    surroundings.afterPage = {
      let isLast = left.withLock { left in
        left -= 1
        return left == 0
      }
      if isLast { throw FeaturizeFixture.Killed() }
    }
    return fixture.stage(rules, in: surroundings)
  }

  private static func purifyRuns(_ fixture: ContentFixture) throws -> [RunRecord] {
    let database = try fixture.images.workspace.openDatabase(.reading)
    return try database.runs().filter { $0.command == "purify" }
  }

  @Test(arguments: 1...3) func aKilledRunGoesOnToTheSameDecisions(pages: Int) throws {
    let undisturbed = try ContentFixture(Self.lines, files: Self.files)
    try undisturbed.images.stages.perform(Self.stage(undisturbed))
    let outcomes = try undisturbed.outcomes()
    #expect(
      outcomes == [
        "near_duplicate: pair 4 is kept", "matched", "duplicate_pair: pair 2 is kept", "matched",
        "mismatch", "near_duplicate: pair 2 is kept",
      ])

    let fixture = try ContentFixture(Self.lines, files: Self.files)
    #expect(throws: FeaturizeFixture.Killed.self) {
      try fixture.images.stages.perform(Self.stage(fixture, killedAfter: pages))
    }
    #expect(try fixture.outcomes() == Array(repeating: "-", count: 6))
    let summary = try fixture.images.stages.perform(Self.stage(fixture))
    #expect(try fixture.outcomes() == outcomes)
    #expect(summary.kept == 2 && summary.rejectedForContent.values.reduce(0, +) == 3)
    let (run, same) = (try Self.purifyRuns(fixture), try Self.purifyRuns(undisturbed))
    #expect(run.map(\.counts) == same.map(\.counts) && run.last?.endedAt != nil)
  }

  @Test(arguments: 1...3) func whatWasAddedMeanwhileIsComparedToo(pages: Int) throws {
    var undisturbed = try ContentFixture(Self.lines, files: Self.files)
    try undisturbed.add(Self.moreLines, files: Self.moreFiles, manifest: "more.tsv")
    try undisturbed.images.stages.perform(Self.stage(undisturbed))
    let outcomes = try undisturbed.outcomes()
    #expect(outcomes[0] == "near_duplicate: pair 7 is kept" && outcomes[0] == outcomes[3])

    var fixture = try ContentFixture(Self.lines, files: Self.files)
    #expect(throws: FeaturizeFixture.Killed.self) {
      try fixture.images.stages.perform(Self.stage(fixture, killedAfter: pages))
    }
    try fixture.add(Self.moreLines, files: Self.moreFiles, manifest: "more.tsv")
    try fixture.images.stages.perform(Self.stage(fixture))
    #expect(try fixture.outcomes() == outcomes)
    let (run, same) = (try Self.purifyRuns(fixture), try Self.purifyRuns(undisturbed))
    #expect(run.map(\.counts) == same.map(\.counts))
  }

  /// A run that has ended is never begun again, so nothing would show what it decided.
  @Test func decisionsAreShownBeforeTheirRunEnds() throws {
    let fixture = try ContentFixture(Self.lines, files: Self.files)
    let workspace = fixture.images.workspace
    let isShownInARunThatGoesOn = Mutex(false)
    // The clock is asked for the time that a run ended.
    let context = StageContext(
      programVersion: "test",
      now: {
        if let database = try? workspace.openDatabase(.reading),
          (try? database.publishedRule()) != nil,
          (try? database.runs())?.last?.endedAt == nil
        {
          isShownInARunThatGoesOn.withLock { $0 = true }
        }
        return Date(timeIntervalSince1970: 0)
      }, progress: { _ in })
    _ = try Self.stage(fixture).perform(in: workspace, context: context, command: "test")
    #expect(isShownInARunThatGoesOn.withLock { $0 })
  }
}
