/// What both networks say of some pairs, in the same order.
struct NetworkSimilarities: Codable, Equatable {
  /// By network A.
  var a: [Double]
  /// By network B.
  var b: [Double]

  enum CodingKeys: String, CodingKey {
    case a = "a"
    case b = "b"
  }

  /// The mean of both, pair by pair.
  var means: [Double] { zip(a, b).map { ($0 + $1) / 2 } }
}
