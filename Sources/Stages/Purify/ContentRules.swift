/// What `winnow-purify` does about pairs for what they are, whatever the model says of them. All rules
/// are off unless chosen.
public struct ContentRules: Codable, Sendable, Equatable {
  /// What becomes of pairs whose images look nearly the same.
  public enum NearDuplicates: String, Codable, CaseIterable, Sendable {
    /// They stay.
    case keep
    /// Of those whose captions are the same words, the most similar pair stays.
    case dropPairs = "drop-pairs"
    /// The pairs of one image stay, the one that the most similar pair shows.
    case dropImages = "drop-images"
  }

  /// Whether of pairs with the same caption and image only the first stays.
  public var dropRepeated: Bool
  /// What becomes of pairs whose images look nearly the same.
  public var nearDuplicates: NearDuplicates
  /// In how many of 64 bits the perceptual hashes of two images may differ that count as nearly the
  /// same, directly or through others between them: 0 to 12.
  public var nearRadius: Int
  /// An image is a placeholder when more than this many different captions share it, copies with the
  /// same perceptual hash counted in. All images that show nothing count as one.
  public var placeholderCaptions: Int?
  /// The fewest pixels of an image's shorter side.
  public var minimumSide: Int?
  /// How many times its shorter side an image's longer one may be.
  public var largestAspectRatio: Double?
  /// The fewest words of a caption, between white space.
  public var minimumWords: Int?
  /// The most words of a caption, between white space.
  public var maximumWords: Int?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case dropRepeated = "drop-repeated"
    case nearDuplicates = "near-duplicates"
    case nearRadius = "near-radius"
    case placeholderCaptions = "placeholder-captions"
    case minimumSide = "minimum-side"
    case largestAspectRatio = "largest-aspect-ratio"
    case minimumWords = "minimum-words"
    case maximumWords = "maximum-words"
  }

  /// The radius unless told otherwise: another size or compression of a photograph changes up to four
  /// bits, two photographs differ in about thirty-two.
  public static let usualRadius = 4

  /// No rule.
  public init() {
    dropRepeated = false
    nearDuplicates = .keep
    nearRadius = Self.usualRadius
  }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    dropRepeated = try container.value(.dropRepeated, default: false)
    nearDuplicates = try container.value(.nearDuplicates, default: .keep)
    nearRadius = try container.value(.nearRadius, default: Self.usualRadius)
    placeholderCaptions = try container.decodeIfPresent(Int.self, forKey: .placeholderCaptions)
    minimumSide = try container.decodeIfPresent(Int.self, forKey: .minimumSide)
    largestAspectRatio = try container.decodeIfPresent(Double.self, forKey: .largestAspectRatio)
    minimumWords = try container.decodeIfPresent(Int.self, forKey: .minimumWords)
    maximumWords = try container.decodeIfPresent(Int.self, forKey: .maximumWords)
  }

  /// Whether any rule is chosen.
  var isActive: Bool {
    dropRepeated || nearDuplicates != .keep || minimumSide != nil || largestAspectRatio != nil
      || placeholderCaptions != nil || minimumWords != nil || maximumWords != nil
  }

  /// Whether a chosen rule asks what pictures look like, where there are pictures.
  var needsHashes: Bool { nearDuplicates != .keep || placeholderCaptions != nil }

  /// The first chosen rule that needs pictures, which precomputed features do not have.
  var firstOfPictures: CodingKeys? {
    if nearDuplicates != .keep { return .nearDuplicates }
    if minimumSide != nil { return .minimumSide }
    return largestAspectRatio == nil ? nil : .largestAspectRatio
  }

  /// Refuses values that cannot be.
  func validate() throws(StagesError) {
    func refuse(_ key: CodingKeys, _ problem: String) -> StagesError {
      .configuration(stage: PurifyStage.name, key: key.rawValue, problem: problem)
    }
    let largestRadius = HammingGroups.largestRadius
    guard (0...largestRadius).contains(nearRadius) else {
      throw refuse(.nearRadius, "\(nearRadius) is outside 0…\(largestRadius)")
    }
    for (key, value) in [
      (CodingKeys.placeholderCaptions, placeholderCaptions), (.minimumSide, minimumSide),
      (.minimumWords, minimumWords), (.maximumWords, maximumWords),
    ] {
      if let value, value < 1 { throw refuse(key, "\(value) is not positive") }
    }
    if let ratio = largestAspectRatio, !(ratio >= 1 && ratio.isFinite) {
      throw refuse(.largestAspectRatio, "is \(ratio), but must be a number of at least 1")
    }
    if let least = minimumWords, let most = maximumWords, least > most {
      throw refuse(.minimumWords, "\(least) is above maximum-words, \(most)")
    }
  }
}
