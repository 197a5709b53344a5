import Audit
import Foundation
import Pairs
import Testing

@testable import Inspector

/// The file to send around.
@Suite struct ReportTests {
  private func html(_ fixture: InspectorFixture, sample: Int = 5) throws -> String {
    let index = try InspectionIndex(
      of: fixture.audit, at: fixture.folder.file("inspect.sqlite"),
      now: { Date(timeIntervalSince1970: 0) }, progress: { _, _ in })
    return try InspectorReport(
      InspectorConfiguration(
        workspace: fixture.folder.path, address: ListeningAddress(host: "::1", port: 0),
        reviewer: "", token: "", now: { Date(timeIntervalSince1970: 1_000_000) },
        writer: { nil }), audit: fixture.audit, index: index, version: "9.9"
    ).html(sampleSize: sample) { _, _ in }
  }

  private func data(_ html: String) throws -> [String: Any] {
    let match = try #require(
      html.firstMatch(of: /<script type="application\/json" id="report-data">(.*?)<\/script>/))
    return try JSONSerialization.jsonObject(with: Data(match.1.utf8)) as? [String: Any] ?? [:]
  }

  @Test func itHoldsAllThatItShows() async throws {
    let html = try html(try await InspectorFixture())
    #expect(html.firstMatch(of: /(src|href)="(?!#)[^"]*"/) == nil)
    #expect(html.contains("Written 1970-01-12T13:46:40Z by Winnow 9.9."))
    let data = try data(html)
    let samples = try #require(data["samples"] as? [[String: Any]])
    #expect(samples.map { $0["reason"] as? String } == ["matched", "mismatch"])
    let pairs = samples.flatMap { $0["pairs"] as? [[String: Any]] ?? [] }
    #expect(Set(pairs.compactMap { $0["pair_id"] as? Int }) == [1, 2, 3, 4])
    let thumbnails = pairs.compactMap { $0["thumbnail"] as? String }
    #expect(thumbnails.count == 2)
    #expect(thumbnails.allSatisfy { $0.hasPrefix("data:image/jpeg;base64,/9j/") })
    #expect((data["histogram"] as? [String: Any])?["scored"] as? Int == 4)
  }

  @Test func hostileCaptionsStayData() async throws {
    let html = try html(try await InspectorFixture())
    #expect(!html.contains("<script>alert(1)"))
    #expect(html.contains(#"\u003cscript>alert(1)\u003c/script> a cat"#))
    // A caption of 50,000 characters is cut.
    #expect(!html.contains(String(repeating: "long ", count: 100)))
  }

  @Test func itNamesNoPathOfThisMachine() async throws {
    let fixture = try await InspectorFixture()
    let html = try html(fixture)
    let parent = (fixture.folder.path as NSString).deletingLastPathComponent
    #expect(!html.contains(fixture.folder.path) && !html.contains(parent + "/"))
  }

  @Test func itsPolicyLetsOnlyItsOwnScriptAndStyleRun() async throws {
    let html = try html(try await InspectorFixture())
    func hash(_ text: Substring) -> String {
      Data(SHA256Digest(of: Array(text.utf8)).bytes).base64EncodedString()
    }
    let style = try #require(html.firstMatch(of: /(?s)<style>(.*?)<\/style>/)).1
    let script = try #require(html.firstMatch(of: /(?s)<script type="module">(.*?)<\/script>/)).1
    #expect(html.contains("style-src 'sha256-\(hash(style))'"))
    #expect(html.contains("script-src 'sha256-\(hash(script))'"))
    #expect(html.contains("default-src 'none'; img-src data:;"))
  }

  @Test func itsScriptIsOnePieceWithoutANameTwice() {
    let script = ReportScript.text
    #expect(!script.contains("import {") && !script.contains("\nexport "))
    let names = script.split(separator: "\n").compactMap { line -> Substring? in
      line.firstMatch(of: /^(?:async )?(?:function|const|let|class) (\w+)/)?.1
    }
    #expect(names.count > 30)
    let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
    #expect(twice.isEmpty, "\(twice)")
  }

  @Test func samplesCanBeLeftOut() async throws {
    let data = try data(try html(try await InspectorFixture(), sample: 0))
    #expect((data["samples"] as? [Any])?.isEmpty == true)
  }
}
