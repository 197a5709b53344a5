/// The character classes and lower-casing of Python, whose tokens are the reference: its `re`
/// module, its `regex` module and its `str` type draw the lines in slightly different places.
enum PythonText {
  typealias Scalar = Unicode.Scalar

  /// `\w` of the `regex` module: alphabetic, mark, decimal number, connector, joiner.
  static func isWordOfRegex(_ scalar: Scalar) -> Bool {
    if scalar.isASCII { return isASCIIWord(scalar) }
    let properties = scalar.properties
    if properties.isAlphabetic || properties.isJoinControl { return true }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
      return true
    default: return false
    }
  }

  /// `\w` of the `re` module: letters, anything numeric, the underscore.
  static func isWordOfRe(_ scalar: Scalar) -> Bool {
    if scalar.isASCII { return isASCIIWord(scalar) }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return true
    default: return scalar.properties.numericType != nil
    }
  }

  /// `\s` of the `regex` module: Unicode White_Space.
  static func isSpaceOfRegex(_ scalar: Scalar) -> Bool {
    if scalar.isASCII { return scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) }
    return scalar.properties.isWhitespace
  }

  /// `str.isspace`, `str.split` and `\s` of the `re` module: the above and four separators.
  static func isSpaceOfString(_ scalar: Scalar) -> Bool {
    isSpaceOfRegex(scalar) || (0x1C...0x1F).contains(scalar.value)
  }

  /// `\d` of the `regex` module: a decimal number.
  static func isDigit(_ scalar: Scalar) -> Bool {
    if scalar.isASCII { return ("0"..."9").contains(scalar) }
    return scalar.properties.generalCategory == .decimalNumber
  }

  /// `str.lower()`: full lower-casing with the final sigma, and no other context.
  static func lowercased(_ text: String) -> [Scalar] {
    var result: [Scalar] = []
    result.reserveCapacity(text.utf8.count + 2)
    var scalars: [Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar.isASCII {
        let isUpper = ("A"..."Z").contains(scalar)
        result.append(isUpper ? Scalar(UInt8(scalar.value) + 32) : scalar)
      } else if scalar == "\u{3A3}" {
        if scalars.isEmpty { scalars = Array(text.unicodeScalars) }
        result.append(scalar)
      } else {
        result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
      }
    }
    return scalars.isEmpty ? result : resolvingSigmas(in: result, of: scalars)
  }

  private static func isASCIIWord(_ scalar: Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  /// Gives the capital sigmas left in `lowered` their form by their neighbours in `original`.
  private static func resolvingSigmas(in lowered: [Scalar], of original: [Scalar]) -> [Scalar] {
    let forms = original.indices.lazy.filter { original[$0] == "\u{3A3}" }.map { index -> Scalar in
      let before = original[..<index].last { !$0.properties.isCaseIgnorable }
      let after = original[(index + 1)...].first { !$0.properties.isCaseIgnorable }
      let endsWord = before?.properties.isCased == true && after?.properties.isCased != true
      return endsWord ? "\u{3C2}" : "\u{3C3}"
    }
    var next = forms.makeIterator()
    return lowered.map { $0 == "\u{3A3}" ? next.next() ?? "\u{3C3}" : $0 }
  }
}
