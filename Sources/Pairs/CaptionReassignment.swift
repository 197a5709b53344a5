/// A permutation of captions among lines without any forbidden pairing.
///
/// A random permutation is repaired: a line with a forbidden caption swaps with a random other one
/// where both then fit, and where no swap does, an augmenting path of a bipartite matching moves
/// captions along. So a reassignment is found whenever one exists.
enum CaptionReassignment {
  private static let swapAttempts = 64

  /// The line whose caption each of `targets` gets, in their order; nil when there is no way.
  static func captions(
    for targets: [Int], avoiding conflicts: CaptionConflicts,
    generator: inout SeededGenerator
  ) -> [Int]? {
    guard !conflicts.areHopeless(targets) else { return nil }
    var captions = generator.shuffled(targets)
    var unresolved: [Int] = []
    for index in targets.indices
    where !conflicts.allow(captionOf: captions[index], to: targets[index]) {
      let isSwapped = swap(
        index, in: &captions, of: targets, avoiding: conflicts, generator: &generator)
      if !isSwapped { unresolved.append(index) }
    }
    // A later swap may have mended an earlier line.
    unresolved.removeAll { conflicts.allow(captionOf: captions[$0], to: targets[$0]) }
    guard !unresolved.isEmpty else { return captions }
    return augmented(captions, unresolved: unresolved, targets: targets, avoiding: conflicts)
  }

  private static func swap(
    _ index: Int, in captions: inout [Int], of targets: [Int],
    avoiding conflicts: CaptionConflicts, generator: inout SeededGenerator
  ) -> Bool {
    for _ in 0..<swapAttempts {
      let other = generator.index(below: targets.count)
      if conflicts.allow(captionOf: captions[other], to: targets[index]),
        conflicts.allow(captionOf: captions[index], to: targets[other])
      {
        captions.swapAt(index, other)
        return true
      }
    }
    return false
  }

  /// Takes the captions of the unresolved lines back and finds each a place along a shortest chain
  /// of lines that hand their captions on. A breadth-first search tries each line once per caption
  /// it refuses, so it is near linear as long as few pairings are forbidden.
  private static func augmented(
    _ captions: [Int], unresolved: [Int], targets: [Int], avoiding conflicts: CaptionConflicts
  ) -> [Int]? {
    var holder: [Int?] = captions.map { $0 }
    for index in unresolved { holder[index] = nil }
    for freed in unresolved {
      var unvisited = Array(targets.indices)
      /// For a visited line: the line that handed its caption to it; nil for the freed caption.
      var giver: [Int: Int?] = [:]
      var queue: [Int?] = [nil]
      var head = 0
      var end: Int?
      while end == nil, head < queue.count {
        let from = queue[head]
        head += 1
        guard let caption = from.map({ holder[$0] }) ?? captions[freed] else { continue }
        unvisited.removeAll { index in
          guard end == nil, conflicts.allow(captionOf: caption, to: targets[index]) else {
            return false
          }
          giver[index] = .some(from)
          if holder[index] == nil { end = index } else { queue.append(index) }
          return true
        }
      }
      guard var index = end else { return nil }
      while let from = giver[index] ?? nil {
        holder[index] = holder[from]
        index = from
      }
      holder[index] = captions[freed]
    }
    return holder.compactMap { $0 }
  }
}
