import Foundation
import Testing

@testable import Pairs

@Suite struct PairKeyTests {
  @Test func keyIsTheHashOfURLTabCaption() {
    let key = PairKey(url: Array("u".utf8), caption: Array("c".utf8))
    let digest = SHA256Digest(of: Array("u\tc".utf8))
    #expect(key.description == String(digest.description.prefix(32)))
    #expect(key.repeated(2).description == key.shardKey + "#2")
    #expect(key.repeated(2) != key)
  }

  @Test func parsingTakesOnlyWhatDescriptionWrites() {
    let key = PairKey(malformedLine: Array("x".utf8))
    for known in [key, key.repeated(2), key.repeated(1_000_000)] {
      #expect(PairKey(known.description) == known)
    }
    let hash = key.shardKey
    let wrong = [
      "", "zz", String(hash.dropLast()), hash + "0", hash + "#", hash + "#1", hash + "#02",
      hash + "#-3", hash + "#+3", hash + "#3x", hash + "#99999999999999999999",
      hash.uppercased() + "#2", " " + hash,
    ]
    for text in wrong { #expect(PairKey(text) == nil, "\(text)") }
  }

  @Test func codesAsOneString() throws {
    let key = PairKey(malformedLine: []).repeated(3)
    let json = try JSONEncoder().encode([key])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(key)\"]")
    #expect(try JSONDecoder().decode([PairKey].self, from: json) == [key])
  }

  @Test func numberingCountsRepeatsAcrossGrowth() {
    var numbering = KeyNumbering()
    let keys = (0..<5000).map { PairKey(malformedLine: Array("\($0)".utf8)) }
    for key in keys { #expect(numbering.number(key).occurrence == 1) }
    for key in keys { #expect(numbering.number(key).occurrence == 2) }
    #expect(numbering.number(keys[77]).description.hasSuffix("#3"))
    #expect(numbering.number(PairKey(high: 0, low: 0)).occurrence == 1)
    #expect(numbering.number(PairKey(high: 0, low: 0)).occurrence == 2)
  }

  @Test func reasonsHaveDistinctCodesAndOneSentence() {
    #expect(PairReason.malformedRow.rawValue == "malformed_row")
    #expect(Set(PairReason.allCases.map(\.explanation)).count == PairReason.allCases.count)
    for reason in PairReason.allCases {
      #expect(reason.explanation.hasSuffix(".") && !reason.explanation.contains(". "))
      #expect(reason.rawValue.allSatisfy { $0 == "_" || $0.isLowercase || $0.isNumber })
    }
  }
}
