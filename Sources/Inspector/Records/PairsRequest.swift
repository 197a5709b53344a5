import Audit
import Pairs

/// What the gallery asks for.
struct PairsRequest {
  let filter: InspectionFilter
  let sort: InspectionSort
  let isDescending: Bool
  let after: String?
  let limit: Int

  init(_ query: Query) throws(APIProblem) {
    var filter = InspectionFilter()
    if let roles = try query.choices("role", of: PairRole.self) { filter.roles = roles }
    if let statuses = try query.choices("status", of: PairStatus.self) {
      filter.statuses = statuses
    }
    if let reasons = try query.choices("reason", of: PairReason.self) { filter.reasons = reasons }
    filter.isReviewed = try query.flag("reviewed")
    filter.search = try query.text("search") ?? ""
    filter.similarity = try Self.range(
      from: query.fraction("min"), below: query.fraction("max"))
    self.filter = filter
    sort = try query.choice("sort", of: InspectionSort.self) ?? .thresholdDistance
    isDescending = try query.flag("descending") ?? false
    after = try query.text("after", limit: 4096)
    limit = try query.number("limit", in: 1...200) ?? 48
  }

  /// Similarities from the first bound on, below the second one: what one threshold would keep and
  /// what another would not.
  private static func range(
    from low: Double?, below high: Double?
  ) throws(APIProblem) -> ClosedRange<Double>? {
    guard low != nil || high != nil else { return nil }
    let lower = low ?? -1
    // Nothing lies above 1, so that bound takes those at it as well.
    let upper = high.map { $0 >= 1 ? $0 : $0.nextDown } ?? 2
    guard lower <= upper else {
      throw APIProblem.badValue("min", "has to be below max")
    }
    return lower...upper
  }
}
