import Foundation
import Testing

@testable import Pairs

private struct Golden: Decodable {
  let text: String
  let tokens: [String]
}

@Suite struct CaptionTokenizerTests {
  private func mismatches(_ golden: [Golden]) -> [String] {
    let tokenizer = CaptionTokenizer()
    return golden.compactMap { entry in
      let found = tokenizer.tokens(of: entry.text)
      let isEqual = found.map(ByteString.init) == entry.tokens.map(ByteString.init)
      return isEqual ? nil : "\(entry.text.debugDescription): \(found), expected \(entry.tokens)"
    }
  }

  @Test func agreesWithNLTK() throws {
    let url = try #require(
      Bundle.module.url(forResource: "tokens", withExtension: "json", subdirectory: "Fixtures"))
    let golden = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
    #expect(golden.count > 40)
    #expect(mismatches(golden) == [])
  }

  static let extraFile = ProcessInfo.processInfo.environment["WINNOW_TOKENS"]

  /// JSON lines that `Fixtures/make_tokens.py` writes for any manifest.
  @Test(.enabled(if: extraFile != nil)) func agreesWithNLTKOnTheGivenLines() throws {
    let path = try #require(Self.extraFile)
    let lines = try Data(contentsOf: URL(filePath: path)).split(separator: 0x0A)
    let golden = try lines.map { try JSONDecoder().decode(Golden.self, from: Data($0)) }
    let wrong = mismatches(golden)
    #expect(wrong.isEmpty, "\(wrong.count) of \(golden.count): \(wrong.prefix(20))")
    let start = ContinuousClock.now
    let count = golden.reduce(0) { $0 + CaptionTokenizer().tokens(of: $1.text).count }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print("\(golden.count) captions, \(count) tokens, \(Double(golden.count) / seconds) captions/s")
  }

  @Test func lowercasesLikePython() {
    func lower(_ text: String) -> String {
      var view = String.UnicodeScalarView()
      view.append(contentsOf: PythonText.lowercased(text))
      return String(view)
    }
    #expect(lower("\u{130}").unicodeScalars.map(\.value) == [0x69, 0x307])
    #expect(lower("ΟΔΟΣ ΣΑ ΑΣ. Σ ΑΣ\u{301} ΑΣ\u{301}Α") == "οδος σα ας. σ ας\u{301} ασ\u{301}α")
    #expect(lower("ẞ ß Ǆ K") == "ß ß ǆ k")
  }

  /// Quadratic rewriting would take minutes here.
  @Test func hostileTextTakesLinearTime() {
    let start = ContinuousClock.now
    for piece in ["'", "\"", ".", "` ", "--", ". ", "cannot ", "Σ", "':\u{301}", " '"] {
      let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
      #expect(!CaptionTokenizer().tokens(of: text).isEmpty)
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }
}
