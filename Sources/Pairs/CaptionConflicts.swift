/// Which captions an image may not be given: those that any of its lines carries.
struct CaptionConflicts {
  private let lines: [CorruptionPlan.Line?]
  private let carried: Set<CorruptionPlan.Line>

  init(lines: [CorruptionPlan.Line?]) {
    self.lines = lines
    carried = Set(lines.compactMap { $0 })
  }

  /// Whether the caption of line `donor` may go to the image of line `target`: another image, one
  /// that does not carry the same caption. Constant time.
  func allow(captionOf donor: Int, to target: Int) -> Bool {
    guard let from = lines[donor], let to = lines[target], from.image != to.image else {
      return false
    }
    return !carried.contains(CorruptionPlan.Line(image: to.image, caption: from.caption))
  }

  /// Whether no permutation of these lines' captions can do, since more than half of them are one
  /// image's, whose captions then have too few other images to go to. Linear time.
  func areHopeless(_ chosen: [Int]) -> Bool {
    var counts: [Int: Int] = [:]
    for index in chosen {
      if let image = lines[index]?.image { counts[image, default: 0] += 1 }
    }
    return (counts.values.max() ?? 0) * 2 > chosen.count
  }
}
