import Audit
import Testing

@testable import Stages

@Suite struct NearGroupsTests {
  typealias Line = ContentFixture.Line

  /// What a discarded source leaves behind looks like nothing that is there.
  @Test func imagesThatNoLocationRefersToAreInNoGroup() throws {
    var fixture = try ContentFixture(
      [Line(caption: "a dog", image: "dog.png"), Line(caption: "a cat", image: "cat.png")],
      files: ["dog.png": GeneratedImage.waves(1), "cat.png": GeneratedImage.waves(2)])
    try fixture.add(
      [Line(caption: "a hound", image: "large-dog.png")],
      files: ["large-dog.png": GeneratedImage.waves(1, width: 128, height: 96)],
      manifest: "more.tsv")
    #expect(try fixture.purify { _ in }.nearImages == 2)
    let database = try fixture.images.workspace.openDatabase(.writing)
    try database.discardSource(try #require(try database.sources().last).id)
    #expect(try database.nearGrouping() == nil && database.nearImageCount() == 0)
    try database.close()
    #expect(try fixture.hashedImages().map(\.imageID) == [1, 2])
    #expect(try fixture.purify { $0.nearDuplicates = .dropImages }.nearImages == 0)
    #expect(try fixture.outcomes() == ["matched", "matched"])
  }
}
