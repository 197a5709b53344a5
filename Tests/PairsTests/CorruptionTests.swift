import Testing

@testable import Pairs

@Suite struct CorruptionTests {
  private func lines(images: Int, captionsEach: Int, sharedEvery: Int = 0) -> [CorruptionPlan.Line?]
  {
    (0..<(images * captionsEach)).map { index in
      let isShared = sharedEvery > 0 && index % sharedEvery == 0
      return CorruptionPlan.Line(image: index / captionsEach, caption: isShared ? 0 : index + 1)
    }
  }

  private func check(_ plan: CorruptionPlan, _ lines: [CorruptionPlan.Line?]) {
    var targets: [Int] = []
    var donors: [Int] = []
    let carried = Set(lines.compactMap { $0 })
    for (index, fate) in plan.fates.enumerated() {
      guard case .corrupted(let donor) = fate, let target = lines[index], let from = lines[donor]
      else { continue }
      targets.append(index)
      donors.append(donor)
      #expect(target.image != from.image)
      #expect(!carried.contains(.init(image: target.image, caption: from.caption)))
    }
    #expect(donors.sorted() == targets)
  }

  @Test(arguments: [0.0, 0.2, 0.5, 1.0], [UInt64(1), 2, 3])
  func reassignsExactlyTheShare(ratio: Double, seed: UInt64) throws {
    let lines = lines(images: 60, captionsEach: 5, sharedEvery: 11) + [nil, nil]
    let settings = CorruptionSettings(ratio: ratio, seed: seed, metaShare: 0.1, devShare: 0.05)
    let plan = try CorruptionPlan(lines: lines, settings: settings)
    check(plan, lines)
    let counts = Dictionary(grouping: plan.fates) { fate -> String in
      if case .corrupted = fate { return "corrupted" }
      return "\(fate)"
    }.mapValues(\.count)
    #expect(counts["meta"] == 30 && counts["dev"] == 15 && counts["malformed"] == 2)
    #expect(counts["corrupted", default: 0] == Int((ratio * 255).rounded()))
    #expect(try CorruptionPlan(lines: lines, settings: settings).fates == plan.fates)
    if ratio > 0 {
      var other = settings
      other.seed += 100
      #expect(try CorruptionPlan(lines: lines, settings: other).fates != plan.fates)
    }
    for image in 0..<60 {
      let fates = plan.fates[(image * 5)..<(image * 5 + 5)]
      let isTrusted = fates.filter { $0 == .meta || $0 == .dev }.count
      #expect(isTrusted == 0 || isTrusted == 5)
    }
  }

  @Test func tightCasesAreSolvedWheneverTheyCanBe() throws {
    // Half of the lines are one image's: each of its captions must change places with the rest.
    var lines: [CorruptionPlan.Line?] = (0..<10).map { .init(image: 0, caption: $0) }
    lines += (0..<10).map { .init(image: $0 + 1, caption: 100 + $0) }
    for seed in 0..<20 {
      let plan = try CorruptionPlan(lines: lines, settings: .init(ratio: 1, seed: UInt64(seed)))
      check(plan, lines)
    }
    // Only one derangement fits: image i may take the caption of image i + 1 alone.
    let count = 6
    var ring: [CorruptionPlan.Line?] = []
    for image in 0..<count { ring.append(.init(image: image, caption: image)) }
    let barred = (0..<count).flatMap { image in
      (0..<count).filter { $0 != image && $0 != (image + 1) % count }.map {
        CorruptionPlan.Line?.some(.init(image: image, caption: $0))
      }
    }
    let conflicts = CaptionConflicts(lines: ring + barred)
    for seed in 0..<20 {
      var generator = SeededGenerator(seed: UInt64(seed))
      let captions = CaptionReassignment.captions(
        for: Array(0..<count), avoiding: conflicts, generator: &generator)
      #expect(captions == [1, 2, 3, 4, 5, 0])
    }
  }

  @Test func hopelessCasesSayWhy() {
    func message(_ lines: [CorruptionPlan.Line?], _ settings: CorruptionSettings) -> String {
      do {
        _ = try CorruptionPlan(lines: lines, settings: settings)
        return "ok"
      } catch {
        return error.description
      }
    }
    let one = lines(images: 1, captionsEach: 4)
    let same = lines(images: 4, captionsEach: 1, sharedEvery: 1)
    let hopeless =
      "the captions cannot be reassigned: of 4 lines 4 were chosen 16 times, but too many of them"
      + " share an image or a caption; choose a lower ratio or a manifest with more images"
    #expect(message(one, .init(ratio: 1, seed: 1)) == hopeless)
    #expect(message(same, .init(ratio: 1, seed: 1)) == hopeless)
    #expect(
      message(same, .init(ratio: 0.25, seed: 1))
        == "the captions cannot be reassigned: ratio 0.25 of 4 lines is 1 line, and one caption has"
        + " no other to change places with; choose a higher ratio")
    #expect(
      message(same, .init(ratio: 1.5, seed: 1))
        == "the corruption ratio is 1.5, but must be between 0 and 1")
    #expect(message(same, .init(ratio: .nan, seed: 1)).hasPrefix("the corruption ratio is nan"))
    #expect(
      message(same, .init(ratio: 0, seed: 1, metaShare: 0.01))
        == "the captions cannot be reassigned: the meta share 0.01 of 4 images sets none aside;"
        + " choose a higher share")
  }

  @Test func generatorIsTheReferenceSequence() {
    // SplitMix64 of seed 0 begins E220A8397B1DCDAF 6E789E6AA1B965F4 06C45D188009454F; the first
    // xoshiro256** output is rotl(s1 * 5, 7) * 9.
    var generator = SeededGenerator(seed: 0)
    let product = UInt64(0x6E78_9E6A_A1B9_65F4) &* 5
    #expect(generator.next() == (product << 7 | product >> 57) &* 9)
    var counts = [Int](repeating: 0, count: 7)
    for _ in 0..<70_000 { counts[generator.index(below: 7)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    #expect(generator.shuffled(0..<100).sorted() == Array(0..<100))
  }
}
