/// The known name that an unknown one was probably meant to be.
package enum NearestName {
  /// `; did you mean "words"?`, or the whole list when none is near.
  package static func hint(for unknown: String, among known: [String]) -> String {
    let ranked = known.map { (name: $0, distance: distance(Array(unknown), Array($0))) }
    if let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= 3 {
      return "; did you mean \"\(best.name)\"?"
    }
    return "; the keys are \(known.joined(separator: ", "))"
  }

  /// Levenshtein's distance: insertions, deletions and replacements.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    // A hostile key may be as long as its file.
    guard left.count <= 64 else { return left.count }
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let replaced = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
