extension TokenizerText {
  /// Periods that end the text, colons and commas not before a digit, ellipses, symbols, dashes,
  /// question and exclamation marks, a quote that ends a word, asterisks.
  mutating func splitPunctuation() {
    if has(".") { splitFinalPeriod(isCloser: isWideCloser, keepsCloserApart: true) }
    if hasAny(":", ",") {
      splitSeparators()
      splitFinalSeparator()
    }
    if has(".") { padEllipses() }
    if hasAny(";", "@", "#", "$", "%", "&") { padEach(where: isSymbol) }
    if hasNonASCII { padEach { (0x2012...0x2015).contains($0.value) } }
    if has(".") { splitFinalPeriod(isCloser: isNarrowCloser, keepsCloserApart: false) }
    if hasAny("?", "!") { padEach { $0 == "?" || $0 == "!" } }
    if has("'") { splitQuoteBeforeSpace() }
    if has("*") { padEach { $0 == "*" } }
  }

  /// Brackets and double dashes.
  mutating func splitBracketsAndDashes() {
    if hasAny("(", ")", "[", "]", "{", "}", "<", ">") { padEach(where: isBracket) }
    if has("-") { padPairs(of: "-") }
  }

  /// `([^\.])(\.)(closers)\s*$` to `\1 \2 \3 ` or `\1 \2\3 `: only the last period can match, and
  /// the whitespace behind it goes.
  private mutating func splitFinalPeriod(
    isCloser: (Scalar) -> Bool, keepsCloserApart: Bool
  ) {
    guard let period = scalars.lastIndex(of: "."), let before = at(period - 1), before != "."
    else { return }
    let closersEnd = scalars[(period + 1)...].firstIndex { !isCloser($0) } ?? scalars.count
    guard scalars[closersEnd...].allSatisfy(PythonText.isSpaceOfRegex) else { return }
    output += scalars[..<period]
    output += [" ", "."]
    if keepsCloserApart { output.append(" ") }
    output += scalars[(period + 1)..<closersEnd]
    output.append(" ")
    takeOutput()
  }

  private func isNarrowCloser(_ scalar: Scalar) -> Bool {
    switch scalar {
    case "]", ")", "}", ">", "\"", "'": true
    default: false
    }
  }

  private func isWideCloser(_ scalar: Scalar) -> Bool {
    switch scalar {
    case "»", "”", "’", " ": true
    default: isNarrowCloser(scalar)
    }
  }

  /// `([:,])([^\d])` to ` \1 \2`; the second character is consumed with the first.
  private mutating func splitSeparators() {
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      guard scalar == ":" || scalar == ",", let next = at(index), !PythonText.isDigit(next)
      else {
        output.append(scalar)
        continue
      }
      output += [" ", scalar, " ", next]
      index += 1
    }
    takeOutput()
  }

  /// `([:,])$` to ` \1 `, where the end may be before a last line feed.
  private mutating func splitFinalSeparator() {
    for index in [scalars.count - 1, scalars.count - 2] {
      guard let scalar = at(index), scalar == ":" || scalar == ",",
        index == scalars.count - 1 || scalars[index + 1] == "\n"
      else { continue }
      scalars.replaceSubrange(index...index, with: [" ", scalar, " "])
      return
    }
  }

  /// `\.{2,}` apart.
  private mutating func padEllipses() {
    var index = 0
    while index < scalars.count {
      let start = index
      while at(index) == "." { index += 1 }
      if index - start >= 2 {
        output.append(" ")
        output += scalars[start..<index]
        output.append(" ")
      } else {
        index = start + 1
        output.append(scalars[start])
      }
    }
    takeOutput()
  }

  /// `([^'])' ` to `\1 ' `.
  private mutating func splitQuoteBeforeSpace() {
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      output.append(scalar)
      index += 1
      guard scalar != "'", at(index) == "'", at(index + 1) == " " else { continue }
      output += [" ", "'", " "]
      index += 2
    }
    takeOutput()
  }

  private func isSymbol(_ scalar: Scalar) -> Bool {
    switch scalar {
    case ";", "@", "#", "$", "%", "&": true
    default: false
    }
  }

  private func isBracket(_ scalar: Scalar) -> Bool {
    switch scalar {
    case "(", ")", "[", "]", "{", "}", "<", ">": true
    default: false
    }
  }
}
