import Pairs

/// 64 bits that stand for a caption, alone or with an image: the first of a SHA-256. Two of twelve
/// million different ones share their bits once in 250,000 datasets.
struct ContentKey: Hashable {
  let bits: UInt64

  /// The caption as it is written.
  init(_ caption: String) {
    bits = SHA256Digest(of: caption.utf8).bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A caption as it is written, with an image.
  init(_ caption: String, image: Int64) { self.init("\(image)\t\(caption)") }

  /// A caption's words, whatever their case and the space between them, with an image.
  init(wordsOf caption: String, tokenizer: CaptionTokenizer, image: Int64) {
    self.init(tokenizer.tokens(of: caption).joined(separator: " "), image: image)
  }
}
