import Models

extension PurifyRule {
  /// A similarity above which a share of the pairs lies. Pairs of one similarity stay together: the
  /// level lies below or above all that tie at the cut, whichever keeps nearer to the share.
  ///
  /// - Parameter forEach: Calls its argument with the similarities of all pairs, `count` of them.
  static func level(
    forFraction fraction: Double, count: Int, forEach: ((Double) -> Void) throws -> Void
  ) rethrows -> Double {
    let kept = Int((Double(count) * fraction).rounded())
    if kept <= 0 { return 1 }
    if kept >= count { return -1 }
    let last = try DescendingPlace(kept - 1, forEach: forEach)
    let through = last.above + last.equal
    guard through == kept else {
      return through - kept <= kept - last.above ? last.value.nextDown : last.value
    }
    var next = -Double.infinity
    try forEach { if $0 < last.value { next = max(next, $0) } }
    return (last.value + next) / 2
  }

  /// The least similarity above which the kept pairs' estimated precision
  /// π S₁ / (π S₁ + (1 − π) S₀) reaches the target; S₁ and S₀ are the shares of matched and
  /// mismatched dev pairs above it, π the mixture's clean share. The meta pairs trained Θ and would
  /// flatter it; they serve only where there are no dev pairs.
  static func level(
    forPrecision target: Double, _ calibration: Calibration, matchedShare: Double
  ) throws(StagesError) -> Double {
    let hasDev = !calibration.devMatched.a.isEmpty && !calibration.devMismatched.a.isEmpty
    let matched = (hasDev ? calibration.devMatched : calibration.matched).means.sorted()
    let mismatched = (hasDev ? calibration.devMismatched : calibration.mismatched).means.sorted()
    guard !matched.isEmpty, !mismatched.isEmpty else {
      throw .configuration(
        stage: PurifyStage.name, key: "target-precision",
        problem: "needs trusted pairs to estimate precision on")
    }
    // Levels rise, so what lies at or below them is passed once.
    var (passedMatched, passedMismatched) = (0, 0)
    func shareAbove(_ level: Double, _ sorted: [Double], passed: inout Int) -> Double {
      while passed < sorted.count, sorted[passed] <= level { passed += 1 }
      return Double(sorted.count - passed) / Double(sorted.count)
    }
    for level in [-1] + (matched + mismatched).sorted() {
      let good = matchedShare * shareAbove(level, matched, passed: &passedMatched)
      let bad =
        (1 - matchedShare) * shareAbove(level, mismatched, passed: &passedMismatched)
      if good > 0, good / (good + bad) >= target { return level }
    }
    throw .configuration(
      stage: PurifyStage.name, key: "target-precision",
      problem: "no threshold reaches an estimated precision of \(target)")
  }
}
