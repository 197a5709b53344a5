/// What a file is by its first bytes, whatever its name says.
public enum ImageFormat: String, Sendable, CaseIterable {
  case jpeg, png, webp, gif
  case avif, heic, jxl, jp2, bmp, tiff, ico, psd, svg, pdf
  case html, xml, json, text, zip, gzip
  case unknown

  /// Whether `ImageDecoder` turns this format into pixels.
  public var isDecodable: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif: true
    default: false
    }
  }

  /// Recognises a file by its content. Only the first kilobyte counts.
  ///
  /// - Parameter bytes: the file; may be empty or cut.
  public init(recognizing bytes: [UInt8]) {
    let head = Array(bytes.prefix(1024))
    if let known = Self.signatures.first(where: { $0.matches(head) }) {
      self = known.format
    } else {
      self = Self.recognizeText(head)
    }
  }

  private struct Signature {
    let format: ImageFormat
    let start: [UInt8]
    /// A second mark at an offset, for container formats.
    var mark: [UInt8] = []
    var markOffset = 0

    func matches(_ head: [UInt8]) -> Bool {
      head.starts(with: start) && head.dropFirst(markOffset).starts(with: mark)
    }

    init(_ format: ImageFormat, _ start: [UInt8]) {
      self.format = format
      self.start = start
    }

    /// An ISO base media file whose major brand is `brand`.
    init(_ format: ImageFormat, brand: String) {
      self.format = format
      start = []
      mark = Array("ftyp\(brand)".utf8)
      markOffset = 4
    }

    init(_ format: ImageFormat, riff type: String) {
      self.format = format
      start = Array("RIFF".utf8)
      mark = Array(type.utf8)
      markOffset = 8
    }
  }

  private static let signatures: [Signature] = [
    Signature(.jpeg, [0xFF, 0xD8, 0xFF]),
    Signature(.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    Signature(.gif, Array("GIF87a".utf8)), Signature(.gif, Array("GIF89a".utf8)),
    Signature(.webp, riff: "WEBP"),
    Signature(.avif, brand: "avif"), Signature(.avif, brand: "avis"),
    Signature(.heic, brand: "heic"), Signature(.heic, brand: "heix"),
    Signature(.heic, brand: "hevc"), Signature(.heic, brand: "mif1"),
    Signature(.heic, brand: "msf1"),
    Signature(.jxl, [0xFF, 0x0A]), Signature(.jxl, [0, 0, 0, 0x0C] + Array("JXL ".utf8)),
    Signature(.jp2, [0, 0, 0, 0x0C] + Array("jP  ".utf8)),
    Signature(.jp2, [0xFF, 0x4F, 0xFF, 0x51]),
    Signature(.bmp, Array("BM".utf8)),
    Signature(.tiff, [0x49, 0x49, 0x2A, 0]), Signature(.tiff, [0x4D, 0x4D, 0, 0x2A]),
    Signature(.ico, [0, 0, 1, 0]), Signature(.psd, Array("8BPS".utf8)),
    Signature(.pdf, Array("%PDF-".utf8)),
    Signature(.zip, [0x50, 0x4B, 3, 4]), Signature(.gzip, [0x1F, 0x8B]),
  ]

  /// Markup and text: what a web server sends when the picture is gone.
  private static func recognizeText(_ head: [UInt8]) -> ImageFormat {
    var text = head[...]
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
    guard !text.isEmpty, text.allSatisfy(isTextByte) else { return .unknown }
    let lowered = String(decoding: text, as: UTF8.self).lowercased()
    let start = lowered.drop(while: \.isWhitespace)
    if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") { return .html }
    if start.hasPrefix("<svg") || start.hasPrefix("<!doctype svg") { return .svg }
    if start.hasPrefix("<?xml") || start.hasPrefix("<!--") {
      if start.contains("<svg") { return .svg }
      return start.contains("<html") ? .html : .xml
    }
    if start.hasPrefix("<head") || start.hasPrefix("<body") { return .html }
    if start.hasPrefix("{") || start.hasPrefix("[") { return .json }
    return .text
  }

  private static func isTextByte(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
