import Testing

@testable import Fetching

@Suite struct RobotsTagTests {
  @Test(arguments: [
    "noai", " NoImageAI ", "noindex, nofollow", "nofollow,noimageindex", "none",
    "winnow: noai", "googlebot: nofollow\nnoai", "otherbot: noindex, winnow: noindex",
    "unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", "*: noindex",
    "max-snippet: 20, noimageai", "noai\r\n",
  ])
  func optsOut(_ text: String) {
    #expect(RobotsTag.forbids(text.utf8))
  }

  @Test(arguments: [
    "", "nofollow", "noarchive, nosnippet", "googlebot: noindex", "googlebot: noindex, noai",
    "unavailable_after: noindex", "noaim", "index", ",,,", ":", "winnow:", "googlebot:noai\nall",
  ])
  func doesNotOptOut(_ text: String) {
    #expect(!RobotsTag.forbids(text.utf8))
  }

  @Test func bytesThatAreNoTextOptOutOfNothing() {
    #expect(!RobotsTag.forbids([0xFF, 0xFE, 0x00, 0x80]))
    #expect(RobotsTag.forbids([0xFF, 0x0A] + Array("noai".utf8)))
  }
}
