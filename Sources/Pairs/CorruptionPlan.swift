/// Which lines are set aside and which caption every other line gets. Depends only on which lines
/// share an image or a caption, and on the settings.
struct CorruptionPlan {
  /// What becomes of one line.
  enum Fate: Equatable {
    /// Not a pair: passed on as it is, never chosen.
    case malformed
    /// Trusted, all the image's lines alike.
    case meta, dev
    /// Keeps its caption.
    case clean
    /// Gets the caption of the line at this index.
    case corrupted(captionOf: Int)
  }

  /// One manifest line; equal numbers are equal images or captions. Nil is no pair.
  struct Line: Hashable {
    var image: Int
    var caption: Int
  }

  /// The fate of each line, by index.
  private(set) var fates: [Fate]

  /// How often lines are chosen anew when the captions of those chosen cannot be reassigned.
  private static let selectionAttempts = 16

  /// - Throws: `PairsError.invalidArgument`; `PairsError.cannotCorrupt` when a share sets no image
  ///   aside or no reassignment exists.
  init(lines: [Line?], settings: CorruptionSettings) throws(PairsError) {
    try settings.validate()
    var generator = SeededGenerator(seed: settings.seed)
    fates = lines.map { $0 == nil ? .malformed : .clean }
    try setAside(lines: lines, settings: settings, generator: &generator)

    let harvested = lines.indices.filter { fates[$0] == .clean }
    let count = Int((settings.ratio * Double(harvested.count)).rounded())
    guard count > 0 else { return }
    guard count > 1 else {
      throw .cannotCorrupt(
        problem: "ratio \(settings.ratio) of \(harvested.count) lines is 1 line, and one caption"
          + " has no other to change places with; choose a higher ratio")
    }
    let conflicts = CaptionConflicts(lines: lines)
    for _ in 0..<Self.selectionAttempts {
      let chosen = generator.shuffled(harvested).prefix(count).sorted()
      guard
        let captions = CaptionReassignment.captions(
          for: chosen, avoiding: conflicts, generator: &generator)
      else { continue }
      for (line, caption) in zip(chosen, captions) { fates[line] = .corrupted(captionOf: caption) }
      return
    }
    throw .cannotCorrupt(
      problem: "of \(harvested.count) lines \(count) were chosen \(Self.selectionAttempts) times,"
        + " but too many of them share an image or a caption; choose a lower ratio or a manifest"
        + " with more images")
  }

  /// Draws the images for meta first, then for dev, and sets all their lines aside.
  private mutating func setAside(
    lines: [Line?], settings: CorruptionSettings, generator: inout SeededGenerator
  ) throws(PairsError) {
    let imageCount = (lines.compactMap { $0?.image }.max() ?? -1) + 1
    let metaCount = try Self.count(of: settings.metaShare, imageCount, named: "meta")
    let devCount = try Self.count(of: settings.devShare, imageCount, named: "dev")
    guard metaCount + devCount > 0 else { return }
    var fateOfImage = [Fate](repeating: .clean, count: imageCount)
    for (rank, image) in generator.shuffled(0..<imageCount).enumerated() {
      if rank < metaCount {
        fateOfImage[image] = .meta
      } else if rank < metaCount + devCount {
        fateOfImage[image] = .dev
      }
    }
    for (index, line) in lines.enumerated() {
      if let line { fates[index] = fateOfImage[line.image] }
    }
  }

  private static func count(
    of share: Double, _ imageCount: Int, named name: String
  ) throws(PairsError) -> Int {
    let count = Int((share * Double(imageCount)).rounded())
    guard count > 0 || share == 0 else {
      throw .cannotCorrupt(
        problem: "the \(name) share \(share) of \(imageCount) images sets none aside;"
          + " choose a higher share")
    }
    return count
  }
}
