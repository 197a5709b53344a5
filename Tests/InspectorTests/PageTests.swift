import Foundation
import Testing

@testable import Inspector

/// The pages and their files.
@Suite struct PageTests {
  @Test func pagesAreServedWithTheTokenAndWithoutResults() async throws {
    let fixture = try await InspectorFixture()
    for (target, script) in [
      ("/", "overview"), ("/gallery?status=kept", "gallery"), ("/pairs/2", "pair"),
      ("/reviews", "reviews"), ("/label", "label"),
    ] {
      let page = try await fixture.get(target)
      #expect(page.status == 200, "\(target)")
      #expect(page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(page.headers["cache-control"] == "no-store")
      #expect(
        page.text.contains(#"<meta name="winnow-token" content="\#(InspectorFixture.token)">"#))
      #expect(page.text.contains(#"src="/assets/\#(script).js""#))
      #expect(!page.text.contains("{{") && !page.text.contains("alert(1)"))
      // The reviewer's name is somebody's text as well.
      #expect(page.text.contains("me &lt;b&gt;") && !page.text.contains("me <b>"))
    }
  }

  @Test func nothingIsLoadedFromElsewhereOrWrittenIntoThePage() async throws {
    let fixture = try await InspectorFixture()
    for target in ["/", "/gallery", "/pairs/1", "/reviews", "/label"] {
      let page = try await fixture.get(target).text
      #expect(page.firstMatch(of: /(src|href)="(?!\/|#)[^"]*"/) == nil, "\(target)")
      #expect(page.firstMatch(of: /<script(?![^>]*src=)/) == nil, "\(target)")
      #expect(page.firstMatch(of: /\son[a-z]+=|\sstyle=|<style/) == nil, "\(target)")
    }
  }

  @Test func filesHaveTheirTypesAndImportOnlyEachOther() async throws {
    let fixture = try await InspectorFixture()
    var seen: Set<String> = []
    var waiting = ["overview.js", "gallery.js", "pair.js", "reviews.js", "label.js"]
    while let name = waiting.popLast() {
      guard seen.insert(name).inserted else { continue }
      let file = try await fixture.get("/assets/\(name)")
      #expect(file.status == 200, "\(name)")
      #expect(file.headers["content-type"] == "text/javascript; charset=utf-8")
      for use in [
        "innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "Function(",
      ] {
        #expect(!file.text.contains(use), "\(name): \(use)")
      }
      for imported in file.text.matches(of: /from "(.+?)"|import "(.+?)"/) {
        let path = String(imported.1 ?? imported.2 ?? "")
        #expect(path.hasPrefix("./"), "\(name): \(path)")
        waiting.append(String(path.dropFirst(2)))
      }
    }
    #expect(seen.count > 12)
    #expect(
      try await fixture.get("/assets/style.css").headers["content-type"]
        == "text/css; charset=utf-8")
    #expect(
      try await fixture.get("/assets/icon.svg").headers["content-type"] == "image/svg+xml")
  }

  @Test(arguments: [
    "/assets/../audit.sqlite", "/assets/%2e%2e/audit.sqlite", "/assets/..%2faudit.sqlite",
    "/assets/shell.html", "/assets/", "/assets", "/assets/style.css/", "/audit.sqlite",
    "/../etc/passwd", "//etc/passwd", "/pairs/../etc/passwd", "/pairs/1/..", "/pairs/-1",
    "/pairs/1e3", "/pairs/99999999999999999999", "/api/v1/pairs/1/image/../../../etc/passwd",
    "/api/v1/pairs/..%2f..%2fetc%2fpasswd/image", "/api/v1/pairs/1/image.gif",
    "/api/v1/pairs//image",
    "/api", "/api/", "/api/v1", "/api/v1/", "/api/pairs", "/api/v2/pairs", "/api/v1/pairs/",
    "/gallery/", "*", "/%00", "http://127.0.0.1/",
  ])
  func otherPathsLeadNowhere(target: String) async throws {
    let fixture = try await InspectorFixture()
    let answer = try await fixture.get(target)
    #expect(answer.status == 404, "\(target): \(answer.status)")
    #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
    #expect(!answer.text.contains("root:"))
  }
}
