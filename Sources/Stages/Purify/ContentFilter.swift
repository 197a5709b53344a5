import Audit
import Foundation
import Pairs

/// The rules that judge a pair by what it is, without comparing it with others that are kept.
struct ContentFilter {
  let rules: ContentRules
  /// Of each appearance that too many captions share, how many there are.
  let placeholders: [Int64: Int]

  /// Why a pair is rejected, whatever the model says; nil when no rule has anything against it.
  func objection(to content: ScoredContent) -> RowFailure? {
    placeholder(content) ?? shape(content) ?? length(content.caption)
  }

  private func placeholder(_ content: ScoredContent) -> RowFailure? {
    guard let limit = rules.placeholderCaptions,
      let captions = placeholders[content.appearance]
    else { return nil }
    return RowFailure(.placeholderImage, "\(captions) different captions, the limit is \(limit)")
  }

  private func shape(_ content: ScoredContent) -> RowFailure? {
    guard let width = content.width, let height = content.height else { return nil }
    let (shorter, longer) = (min(width, height), max(width, height))
    let size = "\(width) × \(height) pixels"
    if let least = rules.minimumSide, shorter < least {
      return RowFailure(.imageTooSmall, "\(size), the shortest side allowed is \(least)")
    }
    if let most = rules.largestAspectRatio, Double(longer) > most * Double(shorter) {
      // Rounded up, so that what is too much reads so.
      let divisor = max(shorter, 1)
      let ratio = Double((1000 * longer + divisor - 1) / divisor) / 1000
      return RowFailure(.imageTooNarrow, "\(size), \(ratio) to 1, the limit is \(most) to 1")
    }
    return nil
  }

  private func length(_ caption: String) -> RowFailure? {
    guard rules.minimumWords != nil || rules.maximumWords != nil else { return nil }
    let words = Self.wordCount(of: caption)
    if let least = rules.minimumWords, words < least {
      return RowFailure(.captionTooShort, "\(words) words, the least is \(least)")
    }
    if let most = rules.maximumWords, words > most {
      return RowFailure(.captionTooLong, "\(words) words, the limit is \(most)")
    }
    return nil
  }

  /// How many words there are between white space.
  static func wordCount(of caption: String) -> Int {
    var words = 0
    var isInWord = false
    for byte in caption.utf8 {
      // What white space is outside of ASCII takes Unicode's tables, which take a while.
      guard byte < 0x80 else { return caption.split(whereSeparator: \.isWhitespace).count }
      let isSpace = byte == 0x20 || (0x09...0x0D).contains(byte)
      if !isSpace, !isInWord { words += 1 }
      isInWord = !isSpace
    }
    return words
  }
}
