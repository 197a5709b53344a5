import Models
import Tensors
import Testing

@Suite struct BetaMixtureTests {
  /// Beta draws by Jöhnk's rejection, good enough for shape parameters up to a few.
  private func draws(
    _ alpha: Double, _ beta: Double, count: Int, _ generator: inout RandomGenerator
  ) -> [Double] {
    // The k-th smallest of n uniform numbers is Beta(k, n + 1 − k) for whole parameters.
    let total = Int(alpha + beta) - 1
    return (0..<count).map { _ in
      let sorted = (0..<total).map { _ in Double(generator.nextUnit()) }.sorted()
      return sorted[Int(alpha) - 1]
    }
  }

  @Test func whatIsNoNumberDoesNotMatch() {
    let mixture = BetaMixture(mismatched: [0.1, 0.2, 0.3], matched: [0.7, 0.8, 0.9])
    #expect(CleanProbability(mixture)(.nan) == 0)
    #expect(CleanProbability(mixture)(.infinity) > 0.9)
  }

  @Test func recoversKnownParameters() {
    var generator = RandomGenerator(seed: 1)
    let low = draws(2, 8, count: 4000, &generator)
    let high = draws(9, 3, count: 6000, &generator)
    let trusted = Array(high.prefix(200))
    let mixture = BetaMixture(mismatched: Array(low.prefix(200)), matched: trusted)
      .refined(on: low + high, trusted: trusted)
    #expect(mixture.origin == .refined)
    #expect(abs(mixture.matchedShare - 0.6) < 0.03)
    #expect(abs(mixture.mismatched.mean - 0.2) < 0.03)
    #expect(abs(mixture.matched.mean - 0.75) < 0.03)
    #expect(abs(mixture.mismatched.alpha - 2) < 0.6)
    #expect(abs(mixture.matched.alpha - 9) < 2.5)
  }

  @Test(arguments: [[], [0.5], Array(repeating: 0.7, count: 50), [.nan, .infinity]] as [[Double]])
  func survivesInputWithNothingToFit(_ similarities: [Double]) {
    let mixture = BetaMixture(mismatched: [0.1, 0.2, 0.3], matched: [0.7, 0.8, 0.9])
      .refined(on: similarities, trusted: [0.7, 0.8, 0.9])
    let probability = CleanProbability(mixture)
    #expect(mixture.mismatched.mean < mixture.matched.mean)
    #expect(probability(0.95) > probability(0.05))
  }

  @Test(arguments: [([], []), ([0.5, 0.5], [0.5, 0.5]), ([0.9, 0.8], [0.1, 0.2])])
  func survivesLabelsThatSayNothing(_ mismatched: [Double], _ matched: [Double]) {
    let mixture = BetaMixture(mismatched: mismatched, matched: matched)
    #expect(mixture.mismatched.mean < mixture.matched.mean)
    #expect(CleanProbability(mixture)(0.9) > 0.5)
  }

  @Test func rejectsAlmostNothingOfACleanSet() {
    var generator = RandomGenerator(seed: 2)
    let low = draws(2, 8, count: 300, &generator)
    let high = draws(9, 3, count: 300, &generator)
    let clean = draws(9, 3, count: 5000, &generator)
    let probability = CleanProbability(
      BetaMixture(mismatched: low, matched: high).refined(on: clean, trusted: high))
    let rejected = clean.count { probability($0) <= 0.5 }
    #expect(Double(rejected) / 5000 < 0.03)
  }

  /// Real matches have a tail of low similarities that a beta distribution does not follow: a
  /// twentieth of them, harvested and trusted alike.
  @Test func aTailOfMatchesIsNoMismatches() {
    var generator = RandomGenerator(seed: 3)
    func matches(_ count: Int) -> [Double] {
      draws(18, 6, count: count * 19 / 20, &generator)
        + draws(4, 8, count: count / 20, &generator)
    }
    let low = draws(2, 18, count: 300, &generator)
    let trusted = matches(300)
    let clean = matches(5000)
    let mixture = BetaMixture(mismatched: low, matched: trusted)
      .refined(on: clean, trusted: trusted)
    let probability = CleanProbability(mixture)
    #expect(mixture.origin == .sharesRefined)
    #expect(clean.count { probability($0) <= 0.5 } < 5000 * 3 / 100)
    // Without trusted pairs to ask, the component takes the tail.
    let unguarded = BetaMixture(mismatched: low, matched: trusted).refined(on: clean, trusted: [])
    let taken = CleanProbability(unguarded)
    #expect(unguarded.origin == .refined)
    #expect(clean.count { taken($0) <= 0.5 } > clean.count { probability($0) <= 0.5 })
  }

  /// The networks have learned the trusted pairs, so that a third as many of them have a tail.
  @Test func aThinnerTailOfTrustedPairsTellsTheSame() {
    var generator = RandomGenerator(seed: 5)
    func matches(_ count: Int, inTail: Int) -> [Double] {
      draws(18, 6, count: count - inTail, &generator) + draws(5, 8, count: inTail, &generator)
    }
    let low = draws(3, 14, count: 300, &generator)
    let trusted = matches(300, inTail: 6)
    let clean = matches(5000, inTail: 300)
    let mixture = BetaMixture(mismatched: low, matched: trusted)
      .refined(on: clean, trusted: trusted)
    let probability = CleanProbability(mixture)
    #expect(mixture.origin == .sharesRefined)
    #expect(clean.count { probability($0) <= 0.5 } < 5000 * 4 / 100)
  }

  /// Mismatches that were learned by heart score far above fresh ones, and are mismatches still.
  @Test func learnedMismatchesAreNotTakenForATail() {
    var generator = RandomGenerator(seed: 4)
    let low = draws(2, 18, count: 300, &generator)
    let trusted = draws(18, 6, count: 300, &generator)
    let learned = draws(7, 13, count: 2000, &generator)
    let mixture = BetaMixture(mismatched: low, matched: trusted)
      .refined(on: learned + draws(18, 6, count: 3000, &generator), trusted: trusted)
    #expect(mixture.origin == .refined)
    #expect(abs(mixture.matchedShare - 0.6) < 0.05)
  }

  @Test func probabilityNeverFallsAsSimilarityRises() {
    // The wide low component would win again at the far right, the wide high one at the far left.
    for mixture in [
      BetaMixture(
        mismatched: BetaDistribution(alpha: 1, beta: 1),
        matched: BetaDistribution(alpha: 30, beta: 20),
        matchedShare: 0.5, origin: .labelled),
      BetaMixture(
        mismatched: BetaDistribution(alpha: 20, beta: 30),
        matched: BetaDistribution(alpha: 1.2, beta: 1),
        matchedShare: 0.5, origin: .labelled),
    ] {
      let probability = CleanProbability(mixture)
      var last = -1.0
      for step in 0...1000 {
        let value = probability(Double(step) / 1000)
        #expect(value >= last && value >= 0 && value <= 1)
        last = value
      }
    }
  }

  @Test func leastSimilarityAgreesWithTheProbability() throws {
    let probability = CleanProbability(
      BetaMixture(
        mismatched: BetaDistribution(alpha: 2, beta: 8),
        matched: BetaDistribution(alpha: 9, beta: 3),
        matchedShare: 0.6, origin: .refined))
    let level = try #require(probability.leastSimilarity(above: 0.5))
    #expect(probability(level + 1e-4) > 0.5 && probability(level - 1e-4) < 0.5)
  }
}
