import Foundation
import TestSupport
import Testing

/// Logs and metrics of the built programs.
@Suite struct MonitoringTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func ingest(_ manifest: [UInt8], _ options: String...) throws -> ProgramRun {
    let path = try folder.write(manifest, to: "m.tsv")
    return try ProgramRun(
      ["winnow-ingest", "--workspace", folder.file("w"), "--input", path] + options)
  }

  private static let manifest = Array(
    "a dog\tdog.jpg\nbroken\n\u{1B}[2J\u{202E}\tgopher://x/\n".utf8)

  /// Lines of the log without their times, and with numbers of seconds left out.
  private func logged(_ errors: String) -> [String] {
    errors.split(separator: "\n").map { line in
      String(line.drop { $0 != " " }.dropFirst())
        .replacing(#/ (per_second|seconds|config_sha256)=[0-9a-f.]+/#, with: "")
        .replacing(folder.path, with: "FOLDER")
    }
  }

  @Test func whatIsLoggedIsTheGoldenOne() throws {
    let run = try ingest(Self.manifest, "--log-level", "trace", "--quiet")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      logged(run.errors) == [
        "info ingest: stage begun version=0.1.0 workspace=FOLDER/w",
        "info ingest: run begun run=1",
        "debug ingest: stored counts.malformed_row=1 counts.ok=1 counts.unsupported_url=1 done=3 run=1"
          + " unit=lines",
        "trace ingest: pair failed detail=\"expected 2 tab-separated columns, found 1\""
          + " key=f526795c95399cea27c055c842c3d6ab line=2 reason=malformed_row source=FOLDER/m.tsv",
        "trace ingest: pair failed"
          + " detail=\"the URL scheme \\\"gopher\\\" is none of file, http and https\""
          + " key=2025d4df925ff3c5e2363561fcb15b01 line=3 reason=unsupported_url"
          + " source=FOLDER/m.tsv",
        "debug ingest: stored counts.malformed_row=1 counts.ok=1 counts.unsupported_url=1 done=3 run=1"
          + " unit=lines",
        "info ingest: run ended counts.malformed_row=1 counts.ok=1 counts.unsupported_url=1 done=3"
          + " run=1 unit=lines",
        "info ingest: stage ended done=3 unit=lines",
      ])
  }

  @Test func nothingIsLoggedUnlessAsked() throws {
    #expect(try ingest(Self.manifest, "--quiet").errors == "")
    let none = try ingest(Self.manifest, "--log-level", "loud")
    #expect(none.status == 2)
    for level in ["trace", "debug", "info", "notice", "warning", "error", "critical"] {
      #expect(none.errors.contains("  - \(level)\n"), "\(none.errors)")
    }
  }

  /// Standard error holds JSON alone, what went wrong included.
  @Test func machinesReadEveryLine() throws {
    let run = try ingest(Self.manifest, "--log-level", "info", "--log-format", "json")
    #expect(run.status == 0 && run.errors.contains("\"message\":\"run ended\",\"counts\":{"))
    let failed = try ProgramRun([
      "winnow-ingest", "--workspace", folder.file("w"), "--input", folder.file("no\u{1B}[2J.tsv"),
      "--log-format", "json", "--quiet",
    ])
    #expect(failed.status == 1)
    let wrong = try ProgramRun([
      "winnow-purify", "--workspace", folder.file("w"), "--threshold", "7", "--log-format", "json",
    ])
    #expect(wrong.status == 2)
    for errors in [run.errors, failed.errors, wrong.errors] {
      let lines = errors.split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        #expect(object?["time"] is String && object?["message"] is String, "\(line)")
      }
    }
    #expect(failed.errors.contains("\"level\":\"error\",\"message\":\"failed\""))
    #expect(failed.errors.contains("no\\u001b[2J.tsv: cannot be read"), "\(failed.errors)")
  }

  @Test func warningsAreSeenEvenInQuiet() throws {
    _ = try ingest(Self.manifest)
    let lost = folder.file("w/audit.sqlite")
    // A workspace of an earlier version, which any writing command changes: worth a notice.
    let shell = Process()
    shell.executableURL = URL(filePath: "/usr/bin/env")
    shell.arguments = [
      "sqlite3", "-bail", lost,
      """
      DROP VIEW run_audit; DROP VIEW run_outcome; ALTER TABLE run DROP COLUMN unit;
      ALTER TABLE run DROP COLUMN done; ALTER TABLE run DROP COLUMN seconds;
      DELETE FROM grdb_migrations WHERE identifier = '8'; PRAGMA user_version = 7;
      """,
    ]
    try shell.run()
    shell.waitUntilExit()
    let run = try ingest(Self.manifest, "--quiet", "--log-level", "notice")
    #expect(
      logged(run.errors) == [
        "notice ingest: brought the audit database of an older version up to date"
          + " path=FOLDER/w/audit.sqlite"
      ])
    #expect(try ingest(Self.manifest, "--quiet", "--log-level", "notice").errors == "")
  }

  private func metrics(_ name: String = "winnow.prom") throws -> [String: String] {
    let text = String(decoding: try folder.read(name), as: UTF8.self)
    let pairs = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let space = line.lastIndex(of: " ") ?? line.endIndex
      return (
        String(line[..<space]).replacing(#/command="[^"]*",workspace="[^"]*",?/#, with: ""),
        String(line[space...].dropFirst())
      )
    }
    return Dictionary(pairs) { first, _ in first }
  }

  @Test func metricsSayWhatWasDone() throws {
    let run = try ingest(
      Self.manifest, "--quiet", "--metrics-file", folder.file("winnow.prom"))
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    let metrics = try metrics()
    #expect(metrics["winnow_build_info{version=\"0.1.0\"}"] == "1")
    #expect(metrics["winnow_command_success{}"] == "1")
    #expect(metrics["winnow_command_running{}"] == "0")
    #expect(metrics["winnow_stage_success{stage=\"ingest\"}"] == "1")
    #expect(metrics["winnow_stage_items_done{stage=\"ingest\",unit=\"lines\"}"] == "3")
    #expect(metrics["winnow_run_items_total{stage=\"ingest\",unit=\"lines\"}"] == "3")
    for (reason, count) in ["ok": "1", "malformed_row": "1", "unsupported_url": "1"] {
      #expect(
        metrics["winnow_run_outcomes_total{stage=\"ingest\",reason=\"\(reason)\"}"] == count)
    }
    #expect(try #require(Double(metrics["winnow_command_peak_memory_bytes{}"] ?? "")) > 1e6)
  }

  @Test func metricsSayThatItFailed() throws {
    let run = try ProgramRun([
      "winnow-score", "--workspace", folder.file("none"), "--metrics-file",
      folder.file("winnow.prom"),
    ])
    #expect(run.status == 1)
    let metrics = try metrics()
    #expect(metrics["winnow_command_success{}"] == "0")
    #expect(metrics["winnow_stage_success{stage=\"score\"}"] == "0")
    #expect(metrics["winnow_stage_running{stage=\"score\"}"] == "0")
  }

  @Test func metricsThatCannotBeWrittenStopTheCommandAtOnce() throws {
    let path = folder.file("no/such/winnow.prom")
    let run = try ingest(Self.manifest, "--metrics-file", path)
    #expect(run.status == 1)
    #expect(
      run.errors == "winnow-ingest: error: \(path): the metrics cannot be written there: No such "
        + "file or directory\n")
    #expect(try folder.names == ["m.tsv"])
  }

  /// All stages of a pipeline are in one file, and its end names the rate of each.
  @Test func aPipelineIsOneCommand() throws {
    _ = try folder.write(Self.manifest, to: "m.tsv")
    let pipeline = try folder.write(
      Array(
        """
        workspace: w
        stages:
          - ingest: {input: m.tsv}
          - export: {decision: all, output: out.tsv}

        """.utf8), to: "p.yaml")
    let run = try ProgramRun(
      ["winnow", "run", pipeline, "--metrics-file", folder.file("winnow.prom")])
    #expect(run.status == 0, "\(run.errors)")
    let table = run.output.split(separator: "\n").suffix(3)
    #expect(table.first?.hasPrefix("stage      done   time") == true, "\(run.output)")
    #expect(
      table.dropFirst().map { $0.prefix(15) } == ["ingest  3 lines", "export  3 lines"],
      "\(run.output)")
    let metrics = try metrics()
    for stage in ["ingest", "export"] {
      #expect(metrics["winnow_stage_success{stage=\"\(stage)\"}"] == "1")
    }
    let json = try ProgramRun(["winnow", "run", pipeline, "--json"])
    #expect(json.output.contains("\"throughput\" : {"), "\(json.output)")
  }
}
