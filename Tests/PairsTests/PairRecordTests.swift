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
