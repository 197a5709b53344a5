import Pairs
import Testing

@Suite struct ManifestShardsTests {
  @Test(arguments: ["0/1", "7/64", "0-2,9/64", "1,3-4,6/8", "65535/65536"])
  func whatIsReadIsWrittenBack(_ text: String) {
    #expect(ManifestShards(text)?.description == text)
  }

  @Test(arguments: [
    "", "7", "/", "7/", "/64", "64/64", "-1/4", "1/0", "a/4", "1/4/4", " 1/4", "1/4 ", "2-1/4",
    "1--2/4", "1-2-3/4", "1,/4", "+1/4", "0/65537", "1/99999999999999999999", "0-9999999999/4",
    "٣/4",
  ])
  func anythingElseIsNone(_ text: String) {
    #expect(ManifestShards(text) == nil)
  }

  @Test func runsAreWrittenShort() {
    #expect(ManifestShards([3, 1, 2, 9, 9, 0], of: 10)?.description == "0-3,9/10")
    #expect(ManifestShards([Int](), of: 3) == nil)
    #expect(ManifestShards([0, 1, 2], of: 3)?.isWhole == true)
    #expect(ManifestShards([0, 2], of: 3)?.isWhole == false)
  }

  /// The contract with whoever computes shards elsewhere: the first 8 bytes of the key, big-endian,
  /// modulo the count; a repeat goes where its first one goes.
  @Test func aKeyBelongsToExactlyOneShard() throws {
    let key = try #require(PairKey("00000000000000470000000000000001"))
    for index in 0..<64 {
      let shards = try #require(ManifestShards([index], of: 64))
      #expect(shards.holds(key) == (index == 0x47 % 64))
      #expect(shards.holds(key.repeated(2)) == shards.holds(key))
    }
  }
}
