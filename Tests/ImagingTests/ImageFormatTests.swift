import Testing

@testable import Imaging

@Suite struct ImageFormatTests {
  static let starts: [(name: String, start: String)] = [
    ("avif", "\0\0\0\u{1C}ftypavif"),
    ("heic", "\0\0\0\u{18}ftypheic"), ("bmp", "BM......"), ("tiff", "II*\0\u{8}\0\0\0"),
    ("svg", "\n<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ("svg", "<?xml version='1.0'?>\n<svg/>"),
    ("html", "<!DOCTYPE html><title>404 Not Found</title>"), ("json", "{\"error\": 404}"),
    ("text", "Not found\n"), ("pdf", "%PDF-1.7"), ("unknown", "\0\u{1}\u{2}\u{3}\u{4}"),
  ]

  @Test(arguments: starts)
  func othersAreNamed(name: String, start: String) {
    let bytes = Array(start.utf8)
    #expect(ImageFormat(recognizing: bytes).rawValue == name)
    #expect(Fixture.failure(bytes) == ImageDecodeError(.unsupported, name))
  }

  static let signatures: [(name: String, start: [UInt8])] = [
    ("jxl", [0xFF, 0x0A, 0]), ("jxl", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]),
    ("jp2", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]), ("jp2", [0xFF, 0x4F, 0xFF, 0x51]),
    ("ico", [0, 0, 1, 0, 1]), ("psd", Array("8BPS".utf8) + [0, 1]),
    ("tiff", [0x4D, 0x4D, 0, 0x2A]), ("zip", [0x50, 0x4B, 3, 4]), ("gzip", [0x1F, 0x8B, 8]),
    ("xml", Array("<?xml version='1.0'?><rss/>".utf8)),
  ]

  @Test(arguments: signatures)
  func othersAreNamed(name: String, signature: [UInt8]) {
    #expect(Fixture.failure(signature) == ImageDecodeError(.unsupported, name))
  }

  @Test func contentDecidesNotTheName() throws {
    #expect(ImageFormat(recognizing: try Fixture.bytes("jpeg-grey.jpg")) == .jpeg)
    #expect(ImageFormat(recognizing: try Fixture.bytes("png-grey-1.png")) == .png)
    #expect(ImageFormat(recognizing: try Fixture.bytes("webp-lossy.webp")) == .webp)
    #expect(ImageFormat(recognizing: try Fixture.bytes("gif-87a.gif")) == .gif)
    #expect(ImageFormat(recognizing: Array("RIFF\0\0\0\0WAVEfmt ".utf8)) == .unknown)
    #expect(ImageFormat(recognizing: []) == .unknown)
  }

  @Test func reasonsAreTheAuditTablesCodes() {
    #expect(
      ImageDecodeError.Reason.allCases.map(\.rawValue) == [
        "missing_image", "empty_image", "unsupported_format", "truncated_image", "corrupt_image",
        "image_too_large", "image_too_small", "image_too_slow",
      ])
    #expect(
      "\(ImageDecodeError(.unsupported, "avif"))" == "unsupported_format: avif")
  }
}
