/// The tensor name that an unknown one was most likely meant to be.
public enum NearestTensorName {
  /// The candidate with the smallest Levenshtein distance; nil where there is none.
  public static func to(_ name: String, among candidates: Set<String>) -> String? {
    candidates.min { (distance($0, name), $0) < (distance($1, name), $1) }
  }

  /// O(left · right).
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right.utf8)
    var previous = Array(0...right.count)
    for (row, byte) in left.utf8.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        let replaced = previous[column] + (byte == other ? 0 : 1)
        current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
