import Foundation
import Pairs
import Testing

@testable import Inspector

/// Pictures by the numbers of their pairs.
@Suite struct PictureTests {
  @Test func aPictureComesAsItIsWithItsOwnType() async throws {
    let fixture = try await InspectorFixture()
    let picture = try await fixture.get("/api/v1/pairs/1/image")
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
      let answer = try await fixture.get("/api/v1/pairs/\(pair)/\(kind)")
      #expect(answer.status == status, "pair \(pair): \(answer.text.prefix(200))")
      #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
      #expect(!answer.text.contains("alert") && !answer.text.contains(fixture.folder.path))
    }
  }

  @Test func thumbnailsAreSmallJPEGs() async throws {
    let fixture = try await InspectorFixture()
    let thumbnail = try await fixture.get("/api/v1/pairs/1/thumbnail")
    #expect(thumbnail.status == 200)
    #expect(thumbnail.headers["content-type"] == "image/jpeg")
    #expect(thumbnail.body.starts(with: [0xFF, 0xD8, 0xFF]))
  }

  @Test func whatDoesNotDecodeComesAsItIs() async throws {
    let fixture = try await InspectorFixture()
    let cut = Array(InspectorFixture.gif.prefix(20))
    try fixture.folder.write(cut, to: "dog.gif")
    let thumbnail = try await fixture.get("/api/v1/pairs/1/thumbnail")
    #expect(thumbnail.status == 200 && thumbnail.body == cut)
    #expect(thumbnail.headers["content-type"] == "image/gif")
  }

  @Test func theCacheKeepsTheNewestThatFit() {
    let cache = ThumbnailCache(limit: 100)
    let digests = (0..<5).map { SHA256Digest(of: [$0]) }
    for (number, digest) in digests.enumerated() {
      cache.keep([UInt8](repeating: UInt8(number), count: 30), of: digest)
    }
    #expect(digests.map { cache.thumbnail(of: $0)?.first } == [nil, nil, 2, 3, 4])
    cache.keep([UInt8](repeating: 9, count: 101), of: digests[0])
    #expect(cache.thumbnail(of: digests[0]) == nil && cache.thumbnail(of: digests[4]) != nil)
    cache.keep([UInt8](repeating: 9, count: 100), of: digests[1])
    #expect(digests.map { cache.thumbnail(of: $0)?.first } == [nil, 9, nil, nil, nil])
  }
}
