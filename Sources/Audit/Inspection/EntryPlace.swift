import Foundation

/// An order of entries.
struct EntryOrder: Equatable {
  let sort: InspectionSort
  let isDescending: Bool

  /// The column that is sorted by; nil for the pair's number alone.
  var column: String? {
    switch sort {
    case .thresholdDistance: "distance"
    case .similarity: "similarity"
    case .probability: "probability"
    case .random: "shuffle"
    case .manifest: nil
    }
  }

  /// The index that holds the order within a kind.
  var index: String {
    switch sort {
    case .thresholdDistance: "entry_by_distance"
    case .similarity: "entry_by_similarity"
    case .probability: "entry_by_probability"
    case .random: "entry_by_shuffle"
    case .manifest: "entry_by_kind"
    }
  }

  /// Whether an entry comes before another one. Those without the value come last, whichever way the
  /// order runs; pairs of one value go by their numbers.
  func precedes(_ left: EntryPlace, _ right: EntryPlace) -> Bool {
    switch (left.value, right.value) {
    case (let left?, let right?) where left != right:
      isDescending ? left > right : left < right
    case (nil, _?): false
    case (_?, nil): true
    default: isDescending ? left.pair > right.pair : left.pair < right.pair
    }
  }
}

/// Where an entry stands in an order.
struct EntryPlace: Equatable {
  /// The value that is sorted by; nil where the pair has none, and in manifest order.
  let value: Double?
  let pair: Int64
  /// The pair's similarity; nil where it has none or it was not read.
  var similarity: Double?
}

// The place after which a page begins, as text. It goes through URLs and back.
extension EntryPlace {
  /// `similarity-a-3fd5c28f5c28f5c3-17`: the order, the value's bits, the pair's number.
  func cursor(in order: EntryOrder) -> String {
    let bits = value.map { String($0.bitPattern, radix: 16) } ?? "none"
    return "\(Self.prefix(of: order))\(bits)-\(pair)"
  }

  /// The place that a text names.
  ///
  /// - Throws: `AuditError.badCursor` for anything that `cursor(in:)` does not write for this order.
  init(cursor text: String, in order: EntryOrder) throws(AuditError) {
    let prefix = Self.prefix(of: order)
    let parts = text.dropFirst(prefix.count).split(
      separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard text.utf8.count <= 80, text.hasPrefix(prefix), parts.count == 2,
      let pair = Int64(parts[1]), pair >= 0
    else { throw .badCursor(text) }
    if parts[0] == "none" {
      self.init(value: nil, pair: pair)
    } else if order.column != nil, let bits = UInt64(parts[0], radix: 16),
      !Double(bitPattern: bits).isNaN
    {
      self.init(value: Double(bitPattern: bits), pair: pair)
    } else {
      throw .badCursor(text)
    }
  }

  private static func prefix(of order: EntryOrder) -> String {
    "\(order.sort.rawValue)-\(order.isDescending ? "d" : "a")-"
  }
}
