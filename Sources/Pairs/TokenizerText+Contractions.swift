extension TokenizerText {
  /// `cannot`, `d'ye`, `gimme`, `gonna`, `gotta`, `lemme`, `more'n`, `wanna` as whole words, then
  /// `'tis` and `'twas` after a space, each to its two words.
  mutating func splitContractions() {
    splitWholeWords()
    if has("'") || hasDoubleQuote { splitAfterQuote() }
  }

  /// The words' spans begin and end at word boundaries and cannot overlap, so that one scan does
  /// what a substitution per word does.
  private mutating func splitWholeWords() {
    var index = 0
    while index < scalars.count {
      guard let word = wholeWord(at: index) else {
        output.append(scalars[index])
        index += 1
        continue
      }
      index += appendSplit(word, at: index)
    }
    takeOutput()
  }

  /// ` ('t)(is|was)\b`: the space before is consumed, so two in a row need two spaces.
  private mutating func splitAfterQuote() {
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let next = index + 1
      if scalar == " ", at(next) == "'", let word = quoteWord(at: next),
        !isWord(next + word.count)
      {
        index = next + appendSplit(word, at: next)
      } else {
        output.append(scalar)
        index += 1
      }
    }
    takeOutput()
  }

  private mutating func appendSplit(_ word: Contraction, at index: Int) -> Int {
    output.append(" ")
    output += scalars[index..<(index + word.headCount)]
    output.append(" ")
    output += scalars[(index + word.headCount)..<(index + word.count)]
    output.append(" ")
    return word.count
  }

  private func wholeWord(at index: Int) -> Contraction? {
    guard let candidates = Contraction.byFirstLetter(scalars[index]), !isWord(index - 1),
      let word = candidates.first(where: { matches($0, at: index) })
    else { return nil }
    let end = index + word.count
    if word.needsSpace {
      guard let next = at(end), PythonText.isSpaceOfString(next) else { return nil }
      return word
    }
    return isWord(end) ? nil : word
  }

  private func quoteWord(at index: Int) -> Contraction? {
    Contraction.afterQuote.first { matches($0, at: index) }
  }

  private func isWord(_ index: Int) -> Bool {
    guard let scalar = at(index) else { return false }
    return PythonText.isWordOfRe(scalar)
  }

  private func matches(_ word: Contraction, at index: Int) -> Bool {
    guard index + word.count <= scalars.count else { return false }
    return word.letters.indices.allSatisfy { offset in
      let letter = word.letters[offset]
      let scalar = scalars[index + offset]
      // Python's `(?i)` lets the long s stand for s and the dotless i for i.
      return scalar == letter || (letter == "s" && scalar == "ſ")
        || (letter == "i" && scalar == "ı")
    }
  }
}

/// A word that is two.
private struct Contraction: Sendable {
  let letters: [Unicode.Scalar]
  let headCount: Int
  /// Whether whitespace, not only a word's end, has to follow.
  let needsSpace: Bool
  var count: Int { letters.count }

  init(_ head: String, _ tail: String, needsSpace: Bool = false) {
    letters = Array((head + tail).unicodeScalars)
    headCount = head.unicodeScalars.count
    self.needsSpace = needsSpace
  }

  static let afterQuote = [Contraction("'t", "is"), Contraction("'t", "was")]
  private static let c = [Contraction("can", "not")]
  private static let d = [Contraction("d", "'ye")]
  private static let g = [
    Contraction("gim", "me"), Contraction("gon", "na"), Contraction("got", "ta"),
  ]
  private static let l = [Contraction("lem", "me")]
  private static let m = [Contraction("more", "'n")]
  private static let w = [Contraction("wan", "na", needsSpace: true)]

  static func byFirstLetter(_ letter: Unicode.Scalar) -> [Contraction]? {
    switch letter {
    case "c": c
    case "d": d
    case "g": g
    case "l": l
    case "m": m
    case "w": w
    default: nil
    }
  }
}
