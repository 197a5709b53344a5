import Foundation
import Testing

@testable import Inspector

/// Pictures by the numbers of their pairs.
@Suite struct PictureTests {
  @Test func aPictureComesAsItIsWithItsOwnType() async throws {
    let fixture = try await InspectorFixture()
    let picture = try await fixture.get("/api/pairs/1/image")
    #expect(picture.status == 200)
    #expect(picture.body == InspectorFixture.gif)
    #expect(picture.headers["content-type"] == "image/gif")
    #expect(picture.headers["content-disposition"] == "inline")
    #expect(picture.headers["x-content-type-options"] == "nosniff")
  }

  @Test(arguments: [(3, 404), (4, 415), (5, 404), (6, 404), (7, 404), (8, 404)])
  func nothingElseIsServed(pair: Int, status: Int) async throws {
    // A link that leads out, a page called .jpg, a picture that was not fetched, a path that leads
    // out, a broken line, no pair.
    let fixture = try await InspectorFixture()
    for kind in ["image", "thumbnail"] {
      let answer = try await fixture.get("/api/pairs/\(pair)/\(kind)")
      #expect(answer.status == status, "pair \(pair): \(answer.text.prefix(200))")
      #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
      #expect(!answer.text.contains("alert") && !answer.text.contains(fixture.folder.path))
    }
  }
}
