import Foundation
import Testing

@testable import Pairs

@Suite struct PairRecordTests {
  @Test func jsonLineHasExplicitKeysAndNoNulls() throws {
    let key = PairKey(high: 1, low: 2, occurrence: 2)
    var record = PairRecord(
      key: key, caption: "a \"b\"\n\u{1}/\u{2028}", url: "http://x/y", role: .train, status: .kept)
    record.cleanProbability = 0.5
    record.reason = .matched
    record.imageSHA256 = "ab"
    let line = try record.jsonLine()
    let expected =
      #"{"caption":"a \"b\"\n\u0001/"# + "\u{2028}" + #"","clean_probability":0.5,"#
      + #""image_sha256":"ab","key":"00000000000000010000000000000002#2","reason":"matched","#
      + #""role":"train","status":"kept","url":"http://x/y"}"# + "\n"
    #expect(String(decoding: line, as: UTF8.self) == expected)
    #expect(try JSONDecoder().decode(PairRecord.self, from: Data(line)) == record)
    record.similarity = .nan
    #expect(throws: PairsError.self) { try record.jsonLine() }
  }

  @Test func everySampleHasTheSameKeysOfTheSameTypes() throws {
    let hostile = "</script>\"\\\u{0}\u{7F}\u{85}\u{2028}\u{202E} é\r\n\t"
    var record = PairRecord(
      key: PairKey(high: 1, low: 2, occurrence: 2), caption: hostile, url: "http://x/y",
      role: .train, status: .kept)
    let bare = String(decoding: try record.sampleJSON(), as: UTF8.self)
    #expect(
      bare == #"{"caption":"</script>\"\\\u0000\u007f\u0085\u2028"# + "\u{202E} é"
        + #"\r\n\t","clean_probability":null,"detail":"","height":null,"image_sha256":"","#
        + #""key":"00000000000000010000000000000002#2","line":null,"reason":"","role":"train","#
        + #""similarity":null,"similarity_a":null,"similarity_b":null,"source":"","#
        + #""status":"kept","url":"http://x/y","verdict":"","width":null}"# + "\n")
    record.cleanProbability = 1
    record.similarity = 5e-9
    record.width = 3
    record.verdict = .rejected
    let full = try record.sampleJSON()
    let text = String(decoding: full, as: UTF8.self)
    #expect(text.contains(#""clean_probability":1.0,"#) && text.contains(#""width":3}"#))
    func object(_ bytes: [UInt8]) throws -> [String: Any] {
      try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    }
    let read = try object(full)
    #expect(read["caption"] as? String == hostile && read["similarity"] as? Double == 5e-9)
    #expect(try object(Array(bare.utf8)).keys.sorted() == read.keys.sorted())
    record.similarityB = .infinity
    #expect(throws: PairsError.self) { try record.sampleJSON() }
  }

  @Test func atomicFileAppearsOnlyWhenCommitted() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("f", "old")
    do {
      let file = try AtomicFile(path: path)
      try file.write(Array("new".utf8))
    }
    #expect(try folder.read("f") == Array("old".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f"])
    try AtomicFile.write([UInt8](repeating: 7, count: 3 << 20), to: path)
    #expect(try folder.read("f").count == 3 << 20)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["f"])
    #expect(throws: PairsError.cannotWrite(path: "/no/f", problem: "No such file or directory")) {
      try AtomicFile.write([], to: "/no/f")
    }
  }
}
