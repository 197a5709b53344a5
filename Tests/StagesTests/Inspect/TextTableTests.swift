import Foundation
import Testing

@testable import Stages

@Suite struct TextTableTests {
  static let hostile = [
    "\u{1B}[2J\u{1B}]0;title\u{7}", "\u{202E}cba\u{202C}", "line\nbreak\r\ttab", "\u{9B}31m",
    "\u{2028}\u{2029}", "zero\u{200B}width\u{FEFF}", "\u{0}", "\u{E0041}tag",
    "a" + String(repeating: "\u{301}", count: 10_000),
    String(repeating: "\u{1F469}\u{200D}", count: 1_000),
    String(repeating: "x", count: 1_000_000), String(repeating: "猫", count: 100_000),
  ]

  @Test(arguments: hostile)
  func aCellDoesNothingAndFits(_ text: String) throws {
    for width in [0, 1, 2, 12, 80] {
      let cell = DisplayWidth.cut(text, to: width)
      #expect(DisplayWidth.of(cell) <= width)
      #expect(!cell.unicodeScalars.contains(where: HarmlessText.isHarmful))
      #expect(cell.unicodeScalars.count <= max(64, 20 * width))
    }
    var table = TextTable([("number", .right), ("name", .left), ("text", .flexible)])
    table.add(["1", text, text])
    table.add(["22", "plain", "short"])
    let lines = table.text(width: 100).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { DisplayWidth.of(String($0)) <= 100 })
    let narrow = table.text(width: 40).split(separator: "\n")
    #expect(narrow.count == 3 && narrow.allSatisfy { DisplayWidth.of(String($0)) <= 40 })
    var fixed = TextTable([("before", .left), ("after", .left)])
    fixed.add([text, text])
    #expect(
      fixed.text(width: 60).split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 60 })
    let wrapped = WrappedText.lines(of: text, width: 40)
    #expect(wrapped.allSatisfy { DisplayWidth.of($0) <= 40 && !$0.contains("\n") })
    #expect(!wrapped.joined().unicodeScalars.contains(where: HarmlessText.isHarmful))
    #expect(wrapped.joined().utf8.count < 40_000)
  }

  @Test func whatFitsIsNotCut() {
    #expect(DisplayWidth.cut("cat", to: 3) == "cat")
    #expect(DisplayWidth.cut("cats", to: 3) == "ca…")
    #expect(DisplayWidth.cut("猫猫", to: 4) == "猫猫")
    #expect(DisplayWidth.cut("猫猫", to: 3) == "猫…")
    #expect(DisplayWidth.cut("e\u{301}a", to: 2) == "e\u{301}a")
    #expect(DisplayWidth.cut("", to: 0) == "")
    #expect(DisplayWidth.cut("\u{1B}[m", to: 8) == "\\u{1b}[m")
    // An escape is shown whole or not at all.
    #expect(DisplayWidth.cut("ab\u{1B}", to: 7) == "ab…")
  }

  @Test func columnsStandUnderEachOther() {
    var table = TextTable([("pair", .right), ("why", .left), ("caption", .flexible)])
    table.add(["7", "matched", "a red cat on a mat"])
    table.add(["1234", "", "猫"])
    #expect(
      table.text(width: 26) == """
        pair  why      caption
           7  matched  a red cat o…
        1234           猫
        """)
  }

  @Test func textIsBrokenBetweenWords() {
    #expect(WrappedText.lines(of: "a red cat on a mat", width: 9) == ["a red cat", "on a mat"])
    #expect(WrappedText.lines(of: "abcdefghij kl", width: 4) == ["abcd", "efgh", "ij", "kl"])
    #expect(WrappedText.lines(of: "", width: 4) == [""])
    #expect(
      WrappedText.lines(of: "abcdef", width: 60, mostCharacters: 3) == ["abc… (6 bytes in all)"])
  }

  @Test func harmlessJSONMeansTheSame() throws {
    for text in Self.hostile.map({ $0.prefix(50) }) {
      let plain = try JSONEncoder().encode([String(text)])
      let json = HarmlessText.escapedJSON(String(decoding: plain, as: UTF8.self))
      #expect(!json.unicodeScalars.contains(where: HarmlessText.isHarmful))
      #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == [String(text)])
    }
  }
}
