import Foundation
import Logging
import Stages
import Synchronization
import Testing

@testable import CommandSupport

@Suite struct LogLineTests {
  /// What a handler writes.
  private func lines(
    _ level: Logger.Level, _ format: LogFormat, _ body: (Logger) -> Void
  ) -> [String] {
    let lines = Mutex<[String]>([])
    var logger = Logger(label: "winnow") { _ in
      LineLogHandler(level, format, now: { Date(timeIntervalSince1970: 1_767_323_045.75) }) {
        line in lines.withLock { $0.append(line) }
      }
    }
    logger[metadataKey: "stage"] = "fetch"
    body(logger)
    return lines.withLock { $0 }
  }

  private func speak(_ logger: Logger) {
    logger.trace("pair failed", metadata: ["reason": "dns", "key": "ab#2"])
    logger.debug("stored", metadata: ["run": .stringConvertible(3)])
    logger.info(
      "run ended",
      metadata: [
        "counts": ["ok": .stringConvertible(12), "dns": .stringConvertible(3)],
        "done": .stringConvertible(15), "per_second": .stringConvertible(0.5), "unit": "URLs",
      ])
    logger.notice("removed", metadata: ["path": "/a b/c", "empty": ""])
    logger.warning("a host was given up", metadata: ["host": "example.org"])
    logger.error("failed", metadata: ["error": "no \"room\"", "list": ["a", "b=c"]])
  }

  @Test func textIsTheGoldenOne() {
    let time = "2026-01-02T03:04:05.750Z"
    #expect(
      lines(.trace, .text, speak) == [
        "\(time) trace fetch: pair failed key=ab#2 reason=dns",
        "\(time) debug fetch: stored run=3",
        "\(time) info fetch: run ended counts.dns=3 counts.ok=12 done=15 per_second=0.5 unit=URLs",
        "\(time) notice fetch: removed empty=\"\" path=\"/a b/c\"",
        "\(time) warning fetch: a host was given up host=example.org",
        "\(time) error fetch: failed error=\"no \\\"room\\\"\" list=\"[\\\"a\\\", \\\"b=c\\\"]\"",
      ])
  }

  @Test func jsonIsTheGoldenOne() throws {
    let lines = lines(.debug, .json, speak)
    let head = #"{"time":"2026-01-02T03:04:05.750Z","level":"#
    #expect(
      lines == [
        head + #""debug","stage":"fetch","message":"stored","run":3}"#,
        head + #""info","stage":"fetch","message":"run ended","counts":{"dns":3,"ok":12},"#
          + #""done":15,"per_second":0.5,"unit":"URLs"}"#,
        head + #""notice","stage":"fetch","message":"removed","empty":"","path":"/a b/c"}"#,
        head + #""warning","stage":"fetch","message":"a host was given up","host":"example.org"}"#,
        head + #""error","stage":"fetch","message":"failed","error":"no \"room\"","#
          + #""list":["a","b=c"]}"#,
      ])
    for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
  }

  @Test(arguments: [
    (Logger.Level.trace, 6), (.debug, 5), (.info, 4), (.notice, 3), (.warning, 2), (.error, 1),
    (.critical, 0),
  ])
  func levelsKeepWhatIsBelowThemOut(_ level: Logger.Level, _ count: Int) {
    #expect(lines(level, .text, speak).count == count)
  }

  static let hostile = [
    "\u{1B}[2J\u{1B}]0;owned\u{7}", "two\nlines\r\n", "\u{202E}desrever", "nul\u{0}", "\\\"",
    "\u{2028}", "\u{E0001}\u{9B}31m", "\"}\n{\"level\":\"critical\"",
  ]

  @Test(arguments: hostile)
  func nothingInATextDoesAnything(_ text: String) throws {
    func speak(_ logger: Logger) {
      logger.warning("\(text)", metadata: ["url": "\(text)", "all": [.string(text)]])
    }
    for format in LogFormat.allCases {
      let lines = lines(.trace, format, speak)
      #expect(lines.count == 1)
      #expect(!lines[0].unicodeScalars.contains(where: HarmlessText.isHarmful), "\(format)")
    }
    // Machines get it as it was.
    let json = try JSONSerialization.jsonObject(with: Data(lines(.trace, .json, speak)[0].utf8))
    #expect((json as? [String: Any])?["url"] as? String == text)
    #expect((json as? [String: Any])?["message"] as? String == text)
    #expect((json as? [String: Any])?["level"] as? String == "warning")
  }

  @Test func progressIsALineForMachines() {
    let progress = StageProgress(
      stage: "score", unit: "pairs", done: 500, total: 1_000, rate: 12.3456, note: "a\u{1B}b")
    let line = LogLine(progress: progress, at: Date(timeIntervalSince1970: 0))
    #expect(
      line.json == #"{"time":"1970-01-01T00:00:00.000Z","level":"info","stage":"score","#
        + #""message":"progress","done":500,"note":"a\u001bb","per_second":12.346,"#
        + #""seconds_left":41.0,"total":1000,"unit":"pairs"}"#)
  }
}
