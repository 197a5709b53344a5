import Testing

@testable import Pairs

@Suite struct SHA256DigestTests {
  @Test func knownAnswers() {
    #expect(
      SHA256Digest(of: []).description
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256Digest(of: Array("abc".utf8)).description
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(SHA256Digest(of: Array("abc".utf8)).bytes.prefix(3) == [0xBA, 0x78, 0x16])
  }

  @Test func fileAndPiecesAgreeWithTheWhole() throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<700_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let path = try folder.write("big", bytes)
    var hasher = SHA256Hasher()
    hasher.update(bytes[..<1000])
    hasher.update(bytes[1000...])
    let whole = SHA256Digest(of: bytes)
    #expect(hasher.finalize() == whole)
    #expect(try SHA256Digest(ofFileAt: path) == whole)
  }

  @Test func missingFileIsNamed() {
    #expect(throws: PairsError.cannotRead(path: "/none", problem: "No such file or directory")) {
      try SHA256Digest(ofFileAt: "/none")
    }
  }
}
