import Foundation
import Pairs
import Testing

@testable import Audit
@testable import Stages

@Suite struct ContentRulesTests {
  typealias Line = ContentFixture.Line

  /// One picture in two sizes and another; a repeat; words that differ in case alone.
  private static func repeats() throws -> ContentFixture {
    try ContentFixture(
      [
        Line(caption: "a dog", image: "dog.png"),
        Line(caption: "a dog", image: "same-dog.png"),
        Line(caption: "A  Dog", image: "large-dog.png", similarity: 0.9),
        Line(caption: "a brown dog", image: "large-dog.png", similarity: 0.7),
        Line(caption: "a dog", image: "cat.png"),
        Line(caption: "a dog", image: "dog-again.png", similarity: 0.3),
      ],
      files: [
        "dog.png": GeneratedImage.waves(1), "same-dog.png": GeneratedImage.waves(1),
        "dog-again.png": GeneratedImage.waves(1, brighter: 3),
        "large-dog.png": GeneratedImage.waves(1, width: 128, height: 96),
        "cat.png": GeneratedImage.waves(2),
      ])
  }

  @Test func withoutAChoiceNoPairIsJudgedForWhatItIs() throws {
    let fixture = try Self.repeats()
    let summary = try fixture.purify { _ in }
    #expect(summary.rejectedForContent == [:] && summary.nearImages == 3)
    #expect(
      try fixture.outcomes() == [
        "matched", "matched", "matched", "matched", "matched", "mismatch",
      ])
  }

  @Test func ofRepeatedPairsTheFirstStays() throws {
    let fixture = try Self.repeats()
    let summary = try fixture.purify { $0.dropRepeated = true }
    #expect(summary.rejectedForContent == ["duplicate_pair": 1] && summary.kept == 4)
    #expect(
      try fixture.outcomes() == [
        "matched", "duplicate_pair: pair 1 is kept", "matched", "matched", "matched", "mismatch",
      ])
  }

  @Test func ofRepeatedPairsTheFirstStaysWhateverItsSimilarity() throws {
    let fixture = try ContentFixture(
      [
        Line(caption: "a dog", image: "dog.png", similarity: 0.7),
        Line(caption: "a dog", image: "dog.png", similarity: 0.75),
        Line(caption: "a hound", image: "large-dog.png", similarity: 0.72),
      ],
      files: [
        "dog.png": GeneratedImage.waves(1),
        "large-dog.png": GeneratedImage.waves(1, width: 128, height: 96),
      ])
    try fixture.purify { $0.dropRepeated = true }
    let repetition = "duplicate_pair: pair 1 is kept"
    #expect(try fixture.outcomes() == ["matched", repetition, "matched"])
    // The image stays for its second pair, and the first pair is what stays of it.
    try fixture.purify {
      $0.dropRepeated = true
      $0.nearDuplicates = .dropImages
    }
    #expect(
      try fixture.outcomes() == ["matched", repetition, "near_duplicate: pair 1 is kept"])
  }

  @Test func ofNearlyIdenticalPairsTheMostSimilarStays() throws {
    let fixture = try Self.repeats()
    let summary = try fixture.purify { $0.nearDuplicates = .dropPairs }
    #expect(summary.rejectedForContent == ["near_duplicate": 2] && summary.kept == 3)
    let expected = [
      "near_duplicate: pair 3 is kept", "near_duplicate: pair 3 is kept", "matched", "matched",
      "matched", "mismatch",
    ]
    #expect(try fixture.outcomes() == expected)
    // The pair that a repeat repeats goes as well: both name the one that stays.
    try fixture.purify {
      $0.nearDuplicates = .dropPairs
      $0.dropRepeated = true
    }
    #expect(try fixture.outcomes() == expected)
  }

  @Test func ofNearlyIdenticalImagesTheMostSimilarPairsStays() throws {
    let fixture = try Self.repeats()
    try fixture.purify { $0.nearDuplicates = .dropImages }
    #expect(
      try fixture.outcomes() == [
        "near_duplicate: pair 3 is kept", "near_duplicate: pair 3 is kept", "matched", "matched",
        "matched", "mismatch",
      ])
  }

  @Test func aRadiusOfZeroTakesTheSameHashAlone() throws {
    let fixture = try Self.repeats()
    let database = try fixture.images.workspace.openDatabase(.reading)
    #expect(try database.nearGrouping() == nil)
    let hashes = try fixture.hashedImages().map(\.hash)
    try fixture.purify { $0.nearRadius = 0 }
    let same = hashes.count { hash in hashes.count { $0 == hash } > 1 }
    #expect(try database.nearGrouping() == .init(radius: 0, images: 4))
    #expect(try database.nearImageCount() == same)
  }

  @Test func anImageOfManyCaptionsIsAPlaceholder() throws {
    let notice = GeneratedImage.waves(5)
    let fixture = try ContentFixture(
      [
        Line(caption: "a dog", image: "notice.png"), Line(caption: "a cat", image: "notice.png"),
        Line(caption: "a cat", image: "brighter.png"),
        Line(caption: "a horse", image: "brighter.png", similarity: 0.1),
        Line(caption: "a cow", image: "cow.png"), Line(caption: "the cow", image: "cow.png"),
      ],
      files: [
        "notice.png": notice, "brighter.png": GeneratedImage.waves(5, brighter: 1),
        "cow.png": GeneratedImage.waves(9),
      ])
    try fixture.purify { $0.placeholderCaptions = 2 }
    let reason = "placeholder_image: 3 different captions, the limit is 2"
    #expect(try fixture.outcomes() == [reason, reason, reason, reason, "matched", "matched"])
    try fixture.purify { $0.placeholderCaptions = 3 }
    #expect(
      try fixture.outcomes() == [
        "matched", "matched", "matched", "mismatch", "matched", "matched",
      ])
  }

  @Test func picturesThatShowNothingAreOnePlaceholder() throws {
    let fixture = try ContentFixture(
      [
        Line(caption: "a dog", image: "grey.png"), Line(caption: "a cat", image: "white.png"),
        Line(caption: "a cow", image: "cow.png"),
      ],
      files: [
        "grey.png": GeneratedImage.png(color: (120, 120, 120)),
        "white.png": GeneratedImage.png(color: (255, 255, 255)),
        "cow.png": GeneratedImage.waves(9),
      ])
    #expect(try fixture.purify { $0.placeholderCaptions = 1 }.nearImages == 0)
    let reason = "placeholder_image: 2 different captions, the limit is 1"
    #expect(try fixture.outcomes() == [reason, reason, "matched"])
  }

  @Test func shapesAndLengthsHaveLimits() throws {
    let fixture = try ContentFixture(
      [
        Line(caption: "one two three", image: "wide.png"),
        Line(caption: "one two three", image: "small.png"),
        Line(caption: "one", image: "good.png"),
        Line(caption: "one two three four  five", image: "good.png"),
        Line(caption: "one two three four", image: "good.png", similarity: 0.2),
      ],
      files: [
        "wide.png": GeneratedImage.waves(1, width: 121, height: 40),
        "small.png": GeneratedImage.waves(2, width: 60, height: 39),
        "good.png": GeneratedImage.waves(3, width: 40, height: 120),
      ])
    let summary = try fixture.purify {
      $0.minimumSide = 40
      $0.largestAspectRatio = 3
      $0.minimumWords = 2
      $0.maximumWords = 4
    }
    #expect(
      try fixture.outcomes() == [
        "image_too_narrow: 121 × 40 pixels, 3.025 to 1, the limit is 3.0 to 1",
        "image_too_small: 60 × 39 pixels, the shortest side allowed is 40",
        "caption_too_short: 1 words, the least is 2", "caption_too_long: 5 words, the limit is 4",
        "mismatch",
      ])
    #expect(summary.kept == 0 && summary.rejected == 1 && summary.rejectedForContent.count == 4)
    #expect(summary.report.contains("\ncaption_too_short    "))
  }

  @Test func hashesAndGroupsAreInTheAudit() throws {
    let fixture = try Self.repeats()
    try fixture.purify { _ in }
    let database = try fixture.images.workspace.openDatabase(.reading)
    #expect(try fixture.hashedImages().map(\.imageID) == [1, 2, 3, 4])
    let contents = try database.scoredContents(ofModel: 1, limit: 10)
    #expect(contents.map(\.imageID) == [1, 1, 2, 2, 3, 4])
    #expect(contents.map(\.firstNearImageID) == [1, 1, 1, 1, 3, 1])
    // Featurized anew, their groups are made anew.
    try fixture.images.stages.perform(fixture.images.stage(), restarts: true)
    #expect(try database.nearGrouping() == nil && database.nearImageCount() == 0)
  }

  @Test func imagesWithoutAHashAreNamed() throws {
    let fixture = try Self.repeats()
    let workspace = fixture.images.workspace
    let database = try workspace.openDatabase(.writing)
    try database.write { try $0.execute(sql: "UPDATE image SET perceptual_hash = NULL") }
    try database.close()
    for change: (inout ContentRules) -> Void in [
      { $0.nearDuplicates = .dropPairs }, { $0.placeholderCaptions = 3 },
    ] {
      let error = #expect(throws: StagesError.self) { try fixture.purify(change) }
      #expect(
        error?.description
          == "\(workspace.path): 4 images were featurized before Winnow kept what pictures look"
          + " like; run: winnow-featurize --workspace \(workspace.path) --restart")
    }
    #expect(try fixture.purify { $0.dropRepeated = true }.rejectedForContent.count == 1)
  }

  @Test func pairsWhoseImagesAreLostAreNotLeftOut() throws {
    let fixture = try Self.repeats()
    let workspace = fixture.images.workspace
    let database = try workspace.openDatabase(.writing)
    try database.discardImages(ofShard: 0)
    try database.close()
    let error = #expect(throws: StagesError.self) {
      try fixture.purify { $0.dropRepeated = true }
    }
    #expect(
      error?.description
        == "\(workspace.path): 5 scored pairs have no features; run: winnow-featurize --workspace"
        + " \(workspace.path)")
    // The scores are there.
    #expect(try fixture.purify { _ in }.kept == 5)
    try fixture.images.stages.perform(fixture.images.stage())
    #expect(try fixture.purify { $0.dropRepeated = true }.rejectedForContent.count == 1)
  }

  @Test func precomputedFeaturesHaveNoPictures() throws {
    let stages = try StageFixture()
    let input = try stages.manifest(Array("a dog\tprecomp:features.npy#0\n".utf8))
    try stages.perform(IngestStage(IngestConfiguration(inputs: [input])))
    var configuration = PurifyConfiguration()
    configuration.content.minimumSide = 100
    let error = #expect(throws: StagesError.self) {
      try stages.perform(PurifyStage(configuration))
    }
    #expect(
      error?.description
        == "purify: minimum-side: the workspace holds precomputed features, which have no pictures")
    // Captions of one row can be counted.
    configuration.content.minimumSide = nil
    configuration.content.placeholderCaptions = 3
    let unscored = #expect(throws: StagesError.self) {
      try stages.perform(PurifyStage(configuration))
    }
    #expect(unscored?.description.contains("there are no scores yet") == true)
  }

  @Test(arguments: [
    ("near-radius", "13 is outside 0…12"), ("minimum-side", "0 is not positive"),
    ("largest-aspect-ratio", "is inf, but must be a number of at least 1"),
    ("minimum-words", "3 is above maximum-words, 2"),
  ])
  func valuesThatCannotBeAreRefused(key: String, problem: String) throws {
    var rules = ContentRules()
    switch key {
    case "near-radius": rules.nearRadius = 13
    case "minimum-side": rules.minimumSide = 0
    case "largest-aspect-ratio": rules.largestAspectRatio = .infinity
    default: (rules.minimumWords, rules.maximumWords) = (3, 2)
    }
    var configuration = PurifyConfiguration()
    configuration.content = rules
    let error = #expect(throws: StagesError.self) { try configuration.validate() }
    #expect(error?.description == "purify: \(key): \(problem)")
  }

  @Test func theConfigurationReadsBackAsItWasWritten() throws {
    var configuration = PurifyConfiguration(cleanThreshold: 0.7, consensus: false)
    configuration.content.dropRepeated = true
    configuration.content.nearDuplicates = .dropImages
    configuration.content.placeholderCaptions = 12
    configuration.content.largestAspectRatio = 4
    let json = try configuration.json()
    let read = try JSONDecoder().decode(PurifyConfiguration.self, from: Data(json.utf8))
    #expect(read == configuration)
    let keys = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    ).keys
    #expect(Set(keys).isSubset(of: PurifyConfiguration.keys))
    #expect(json.contains(#""near-duplicates":"drop-images""#))
  }

  @Test(arguments: [
    "", " ", "a", " a  b ", "a\tb\nc\r\nd\u{0B}e\u{0C}f", "a\u{1C}b", "a\u{A0}b", "a\u{2003}b c",
    "e\u{301} f",
    "日本 語", "a\u{85}b",
  ]) func wordsAreCountedAsSplitAtWhiteSpace(caption: String) {
    #expect(
      ContentFilter.wordCount(of: caption) == caption.split(whereSeparator: \.isWhitespace).count)
  }
}
