/// The parts of an image URL as a manifest writes it: a bare path, `file:`, `http:` or `https:`,
/// `precomp:` for features that are computed already, `webdataset:` for pictures from archives.
enum ImageURL {
  case path(String)
  case precomputed(path: String, row: Int)
  case remote(String)
  /// A picture that came in an archive and had no URL.
  case archived
  case refused(RowFailure)

  init(_ text: String) {
    let trimmed = Self.trimmed(text)
    guard let colon = trimmed.firstIndex(of: ":"), Self.isScheme(trimmed[..<colon]) else {
      self = Self.path(checking: String(trimmed))
      return
    }
    let scheme = trimmed[..<colon].lowercased()
    let rest = trimmed[trimmed.index(after: colon)...]
    switch scheme {
    case "http", "https": self = Self.remote(trimmed, rest: rest)
    case "file": self = Self.file(rest)
    case PrecomputedFeatures.scheme: self = Self.precomputed(rest)
    case SampleReader.scheme: self = .archived
    default:
      let detail = "the URL scheme \"\(scheme)\" is none of file, http and https"
      self = .refused(RowFailure(.unsupportedURL, detail))
    }
  }

  private static func remote(_ url: Substring, rest: Substring) -> ImageURL {
    let host = rest.utf8.dropFirst(2)
    guard rest.hasPrefix("//"), let first = host.first, !"/?#".utf8.contains(first) else {
      return .refused(RowFailure(.unsupportedURL, "the URL names no host"))
    }
    guard !url.utf8.contains(where: { $0 < 0x21 || $0 == 0x7F }) else {
      let detail = "the URL holds a space or control character"
      return .refused(RowFailure(.malformedURL, detail))
    }
    return .remote(String(url))
  }

  private static func file(_ rest: Substring) -> ImageURL {
    var path = rest
    if rest.hasPrefix("//") {
      let host = rest.dropFirst(2).prefix { $0 != "/" }
      guard host.isEmpty || host.lowercased() == "localhost" else {
        return .refused(RowFailure(.unsupportedURL, "the file URL names another host"))
      }
      path = rest[host.endIndex...]
    }
    guard let decoded = percentDecoded(path) else {
      let detail = "the file URL's percent-encoding is broken"
      return .refused(RowFailure(.unsupportedURL, detail))
    }
    return Self.path(checking: decoded)
  }

  private static func precomputed(_ rest: Substring) -> ImageURL {
    guard let (path, row) = PrecomputedFeatures.parts(of: rest) else {
      let detail = "expected precomp:FILE.npy#ROW, the row from 0"
      return .refused(RowFailure(.unsupportedURL, detail))
    }
    switch Self.path(checking: path) {
    case .path(let path): return .precomputed(path: path, row: row)
    case let other: return other
    }
  }

  private static func path(checking path: String) -> ImageURL {
    guard !path.isEmpty else {
      return .refused(RowFailure(.emptyURL, "the URL has no path"))
    }
    guard !path.utf8.contains(0) else {
      return .refused(RowFailure(.unsafePath, "the path holds a NUL byte"))
    }
    return .path(path)
  }

  /// The text without the whitespace round it and without a byte order mark before it.
  private static func trimmed(_ text: String) -> Substring {
    func isLeft(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isWhitespace || scalar == "\u{FEFF}"
    }
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !isLeft($0) }),
      let last = scalars.lastIndex(where: { !isLeft($0) })
    else { return "" }
    return Substring(scalars[first...last])
  }

  /// RFC 3986: a letter, then letters, digits, `+`, `-` and `.`.
  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    return text.utf8.allSatisfy { byte in
      isLetter(byte) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

  /// The text that `%XX` writes; nil for a `%` without two digits or for bytes that are not UTF-8.
  private static func percentDecoded(_ text: Substring) -> String? {
    var decoded: [UInt8] = []
    var bytes = text.utf8.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "%") else {
        decoded.append(byte)
        continue
      }
      guard let high = bytes.next().flatMap(hexadecimalValue),
        let low = bytes.next().flatMap(hexadecimalValue)
      else { return nil }
      decoded.append(high << 4 | low)
    }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}
