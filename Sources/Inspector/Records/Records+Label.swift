import Audit
import Pairs

/// The pairs of one labelling session.
struct LabelAnswer: Encodable, Sendable {
  let seed: UInt64
  let pairs: [PairView]
  let trainCommand: String

  enum CodingKeys: String, CodingKey {
    case seed
    case pairs
    case trainCommand = "train_command"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    // JSON's numbers do not hold 64 bits everywhere.
    try container.encode("\(seed)", forKey: .seed)
    try container.encode(pairs, forKey: .pairs)
    try container.encode(trainCommand, forKey: .trainCommand)
  }
}

extension Records {
  /// Random harvested pairs that have a picture to look at: those without a score before the others, since labelling comes before
  /// training. The same seed gives the same pairs in the same order, reviewed ones included, so that a
  /// session goes on where it was left.
  func label(count: Int, seed: UInt64) throws -> LabelAnswer {
    try index.refreshIfNeeded()
    var draw = PairDraw(through: try lastPair(), seed: seed)
    var unscored: [InspectedPair] = []
    var scored: [InspectedPair] = []
    while unscored.count < count {
      let numbers = draw.next(200)
      guard !numbers.isEmpty else { break }
      for pair in try audit.inspectedPairs(numbers)
      where pair.role == .train && pair.status != .failed && PairView(pair).hasImage {
        if pair.similarity == nil { unscored.append(pair) } else { scored.append(pair) }
      }
      // Where many have a score and none is without, a model has scored them all.
      if unscored.isEmpty, scored.count >= max(count, 200) { break }
    }
    return LabelAnswer(
      seed: seed, pairs: (unscored + scored).prefix(count).map { PairView($0) },
      trainCommand: configuration.command("winnow-train", "--meta-from-reviews"))
  }

  private func lastPair() throws -> Int64 {
    let page = try index.page(
      InspectionFilter(roles: Set(PairRole.allCases)), sort: .manifest, descending: true,
      after: nil, limit: 1)
    return page.rows.first?.pairID ?? 0
  }
}

/// Numbers of pairs in random order, none twice, as many as there may be reason to look at.
struct PairDraw {
  private let last: Int64
  private var generator: SeededGenerator
  private var drawn: Set<Int64> = []

  /// The most numbers that are drawn: where so many do not suffice, few pairs are to be had.
  private static let most = 200_000

  init(through last: Int64, seed: UInt64) {
    self.last = last
    generator = SeededGenerator(seed: seed)
  }

  /// The next numbers; none when all, or enough, were drawn.
  mutating func next(_ count: Int) -> [Int64] {
    var numbers: [Int64] = []
    let most = min(Self.most, Int(last))
    while numbers.count < count, drawn.count < most {
      let number = Int64(generator.index(below: Int(last))) + 1
      if drawn.insert(number).inserted { numbers.append(number) }
    }
    return numbers
  }
}
