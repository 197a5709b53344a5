/// A caption on its way through the tokenizer's rewritings: scalars, and which of the characters
/// that a rewriting looks for may occur in them.
struct TokenizerText {
  typealias Scalar = Unicode.Scalar

  var scalars: [Scalar]
  /// The result of the rewriting under way; kept to reuse its memory.
  var output: [Scalar] = []
  /// The ASCII characters that occur: bit n of the pair for character n.
  private var occurringLow: UInt64 = 0
  private var occurringHigh: UInt64 = 0
  /// Whether anything beyond ASCII occurs.
  private(set) var hasNonASCII = false

  init(_ scalars: [Scalar]) {
    self.scalars = scalars
    output.reserveCapacity(scalars.count + 16)
    for scalar in scalars {
      if scalar.value < 64 {
        occurringLow |= 1 << UInt64(scalar.value)
      } else if scalar.value < 128 {
        occurringHigh |= 1 << UInt64(scalar.value - 64)
      } else {
        hasNonASCII = true
      }
    }
  }

  /// Whether the ASCII character occurred in the caption; rewritings add quotes only for quotes.
  func has(_ scalar: Scalar) -> Bool {
    scalar.value < 64
      ? occurringLow & (1 << UInt64(scalar.value)) != 0
      : occurringHigh & (1 << UInt64(scalar.value & 63)) != 0
  }

  func hasAny(_ characters: Scalar...) -> Bool { characters.contains { has($0) } }

  var hasDoubleQuote: Bool { has("\"") }

  /// The scalar at `index`, or nil outside the text.
  func at(_ index: Int) -> Scalar? { scalars.indices.contains(index) ? scalars[index] : nil }

  /// Makes the output the text.
  mutating func takeOutput() {
    swap(&scalars, &output)
    output.removeAll(keepingCapacity: true)
  }

  /// Puts a space on both sides of every scalar that `matches`.
  mutating func padEach(where matches: (Scalar) -> Bool) {
    for scalar in scalars {
      if matches(scalar) {
        output.append(" ")
        output.append(scalar)
        output.append(" ")
      } else {
        output.append(scalar)
      }
    }
    takeOutput()
  }

  /// Puts a space on both sides of every two `mark`s in a row.
  mutating func padPairs(of mark: Scalar) {
    var index = 0
    while index < scalars.count {
      if scalars[index] == mark, at(index + 1) == mark {
        output += [" ", mark, mark, " "]
        index += 2
      } else {
        output.append(scalars[index])
        index += 1
      }
    }
    takeOutput()
  }

  /// Puts a space before and after the whole text.
  mutating func pad() {
    output.append(" ")
    output += scalars
    output.append(" ")
    takeOutput()
  }

  /// The text split at whitespace.
  func words() -> [String] {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    for scalar in scalars {
      if PythonText.isSpaceOfString(scalar) {
        if !word.isEmpty { words.append(String(word)) }
        word = String.UnicodeScalarView()
      } else {
        word.append(scalar)
      }
    }
    if !word.isEmpty { words.append(String(word)) }
    return words
  }
}
