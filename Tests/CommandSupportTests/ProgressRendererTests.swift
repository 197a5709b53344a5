import Foundation
import Stages
import Testing

@testable import CommandSupport

@Suite struct ProgressRendererTests {
  /// A clock that tests move and a place that text goes to.
  private final class Bench: @unchecked Sendable {
    var seconds = 0.0
    var text = ""

    func renderer(isTerminal: Bool) -> ProgressRenderer {
      ProgressRenderer(
        isTerminal: isTerminal, uptime: { self.seconds },
        write: { self.text += $0 })
    }
  }

  private func progress(_ done: Int, of total: Int? = 2_000) -> StageProgress {
    StageProgress(
      stage: "featurize", unit: "images", done: done, total: total, rate: 12.5, note: nil)
  }

  @Test func aTerminalLineIsWrittenOver() {
    let bench = Bench()
    let renderer = bench.renderer(isTerminal: true)
    renderer.show(progress(0))
    bench.seconds = 0.05
    renderer.show(progress(1))
    bench.seconds = 1
    renderer.show(progress(1_000))
    renderer.finish()
    #expect(
      bench.text == "\r\u{1B}[Kfeaturize: 0 of 2,000 images (0 %), 12/s, 2:40 left"
        + "\r\u{1B}[Kfeaturize: 1,000 of 2,000 images (50 %), 12/s, 1:20 left\n")
  }

  /// A line of the log does not end in the middle of the progress, which goes on below it.
  @Test func theLogAndTheProgressKeepOutOfEachOthersWay() {
    let bench = Bench()
    let renderer = bench.renderer(isTerminal: true)
    renderer.write(line: "before")
    renderer.show(progress(0))
    renderer.write(line: "between")
    renderer.finish()
    renderer.write(line: "after")
    let shown = "featurize: 0 of 2,000 images (0 %), 12/s, 2:40 left"
    #expect(
      bench.text == "before\n\r\u{1B}[K\(shown)\r\u{1B}[Kbetween\n\(shown)\nafter\n")
  }

  @Test func plainLinesComeNowAndThen() {
    let bench = Bench()
    let renderer = bench.renderer(isTerminal: false)
    for done in 0...120 {
      bench.seconds = Double(done) / 10
      renderer.show(progress(done, of: nil))
    }
    #expect(bench.text == "featurize: 50 images, 12/s\nfeaturize: 100 images, 12/s\n")
  }

  @Test func notesCannotControlTheTerminal() {
    let text = ProgressRenderer.text(
      of: StageProgress(
        stage: "ingest", unit: "lines", done: 1, total: nil, rate: 0.25,
        note: "a\u{1B}[2J\nb\u{202E}"))
    #expect(text == "ingest: 1 lines, 0.2/s, a\\u{1b}[2J b\\u{202e}")
  }

  @Test(arguments: [(0.2, "0:01"), (59, "0:59"), (725, "12:05"), (10_800, "3:00:00")])
  func durations(_ seconds: Double, _ text: String) {
    #expect(ProgressRenderer.duration(seconds) == text)
  }
}
