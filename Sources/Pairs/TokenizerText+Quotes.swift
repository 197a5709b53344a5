extension TokenizerText {
  /// The starting quotes: `[«“‘„]|[`]+` apart, `"` at the start or after a space or bracket to
  /// ` `` `, and a single quote before a word apart from it unless a clitic follows.
  mutating func splitStartingQuotes() {
    if hasNonASCII || has("`") { padOpeningMarks() }
    if hasDoubleQuote, scalars.first == "\"" {
      scalars.replaceSubrange(0..<1, with: ["`", "`"])
    }
    if hasDoubleQuote || has("`") { padPairs(of: "`") }
    if hasDoubleQuote || has("'") { turnOpeningDoubleQuotes() }
    if has("'") { splitOpeningSingleQuotes() }
  }

  /// The ending quotes: `[»”’]`, `''` and `"` apart, whitespace to single spaces, then the clitics.
  mutating func splitEndingQuotes() {
    if hasNonASCII { padEach { $0 == "»" || $0 == "”" || $0 == "’" } }
    if has("'") { padPairs(of: "'") }
    if hasDoubleQuote { closeDoubleQuotes() }
    collapseSpaces()
    guard has("'") || hasDoubleQuote else { return }
    splitClitics(shortCliticLength)
    splitClitics(longCliticLength)
  }

  private mutating func padOpeningMarks() {
    var index = 0
    while index < scalars.count {
      let start = index
      switch scalars[index] {
      case "«", "“", "‘", "„": index += 1
      case "`":
        while at(index) == "`" { index += 1 }
      default:
        output.append(scalars[index])
        index += 1
        continue
      }
      output.append(" ")
      output += scalars[start..<index]
      output.append(" ")
    }
    takeOutput()
  }

  /// `([ \(\[{<])("|'{2})` to `\1 `` `.
  private mutating func turnOpeningDoubleQuotes() {
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      output.append(scalar)
      index += 1
      guard isOpening(scalar) else { continue }
      if at(index) == "\"" {
        index += 1
      } else if at(index) == "'", at(index + 1) == "'" {
        index += 2
      } else {
        continue
      }
      output += [" ", "`", "`", " "]
    }
    takeOutput()
  }

  private func isOpening(_ scalar: Scalar) -> Bool {
    scalar == " " || scalar == "(" || scalar == "[" || scalar == "{" || scalar == "<"
  }

  /// `(?<!\w)(')(?!(?:re|ve|ll|m|t|s|d|n)\b)(?=\w)` to `\1 `.
  private mutating func splitOpeningSingleQuotes() {
    for index in scalars.indices {
      output.append(scalars[index])
      guard scalars[index] == "'", !isWord(index - 1), isWord(index + 1),
        !isClitic(at: index + 1)
      else { continue }
      output.append(" ")
    }
    takeOutput()
  }

  private func isWord(_ index: Int) -> Bool {
    guard let scalar = at(index) else { return false }
    return PythonText.isWordOfRegex(scalar)
  }

  private func isClitic(at index: Int) -> Bool {
    switch at(index) {
    case "m", "t", "s", "d", "n", "ſ": !isWord(index + 1)
    case "r", "v": at(index + 1) == "e" && !isWord(index + 2)
    case "l": at(index + 1) == "l" && !isWord(index + 2)
    default: false
    }
  }

  private mutating func closeDoubleQuotes() {
    for scalar in scalars {
      if scalar == "\"" {
        output += [" ", "'", "'", " "]
      } else {
        output.append(scalar)
      }
    }
    takeOutput()
  }

  private mutating func collapseSpaces() {
    var wasSpace = false
    for scalar in scalars {
      let isSpace = PythonText.isSpaceOfRegex(scalar)
      if !isSpace {
        output.append(scalar)
      } else if !wasSpace {
        output.append(" ")
      }
      wasSpace = isSpace
    }
    takeOutput()
  }

  /// `([^' ])(clitic) ` to `\1 \2 `, where `length` gives the length of the clitic at an index.
  private mutating func splitClitics(_ length: (TokenizerText, Int) -> Int) {
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      output.append(scalar)
      index += 1
      guard scalar != "'", scalar != " " else { continue }
      let count = length(self, index)
      guard count > 0, at(index + count) == " " else { continue }
      output.append(" ")
      output += scalars[index...(index + count)]
      index += count + 1
    }
    takeOutput()
  }
}

/// `'s`, `'m`, `'d` or a lone `'`.
private func shortCliticLength(_ text: TokenizerText, _ index: Int) -> Int {
  guard text.at(index) == "'" else { return 0 }
  switch text.at(index + 1) {
  case "s", "m", "d": return 2
  default: return 1
  }
}

/// `'ll`, `'re`, `'ve` or `n't`.
private func longCliticLength(_ text: TokenizerText, _ index: Int) -> Int {
  switch (text.at(index), text.at(index + 1), text.at(index + 2)) {
  case ("'", "l", "l"), ("'", "r", "e"), ("'", "v", "e"), ("n", "'", "t"): 3
  default: 0
  }
}
