import Foundation
import TestSupport
import Testing

/// Runs the built programs as a user does.
@Suite struct CommandTests {
  private func run(_ arguments: String...) throws -> ProgramRun { try ProgramRun(arguments) }

  /// `Fixtures/help-*.txt` are what `--help` prints at 80 columns.
  @Test(arguments: [
    "winnow", "winnow-corrupt", "winnow-ingest", "winnow-fetch", "winnow-featurize", "winnow-train",
    "winnow-score", "winnow-purify", "winnow-export", "winnow-evaluate",
    "winnow-inspect", "winnow-bench",
  ])
  func helpIsTheGoldenOne(_ command: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "help-\(command)", withExtension: "txt", subdirectory: "Fixtures"))
    let outcome = try run(command, "--help")
    #expect(outcome.output == (try String(contentsOf: url, encoding: .utf8)))
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(try run(command, "--version").output == "0.1.0\n")
  }

  @Test(arguments: ["list", "show", "summary", "diff", "serve", "label", "report"])
  func helpOfInspectingIsTheGoldenOne(_ subcommand: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "help-winnow-inspect-\(subcommand)", withExtension: "txt",
        subdirectory: "Fixtures"))
    let outcome = try run("winnow-inspect", subcommand, "--help")
    #expect(outcome.output == (try String(contentsOf: url, encoding: .utf8)))
    #expect(outcome.status == 0 && outcome.errors == "")
  }

  @Test(arguments: ["training", "images", "inspection", "reference"])
  func helpOfTheBenchmarksIsTheGoldenOne(_ subcommand: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "help-winnow-bench-\(subcommand)", withExtension: "txt",
        subdirectory: "Fixtures"))
    let outcome = try run("winnow-bench", subcommand, "--help")
    #expect(outcome.output == (try String(contentsOf: url, encoding: .utf8)))
    #expect(outcome.status == 0 && outcome.errors == "")
  }

  @Test func explainingThatCannotBeSaysSo() throws {
    let alone = try run("winnow-score", "--workspace", "no/such", "--explain-pairs", "5")
    #expect(alone.status == 2)
    #expect(
      alone.errors
        == "winnow-score: error: score: explain-pairs: is given without --explain\n"
        + "See 'winnow-score --help'.\n")
    let none = try run(
      "winnow-score", "--workspace", "no/such", "--explain", "--explain-pairs", "0")
    #expect(none.status == 2)
    #expect(none.errors.contains("explain: pairs: 0 is outside 1…1,000,000"), "\(none.errors)")
  }

  @Test func benchmarksThatCannotRunSaySo() throws {
    let repeats = try run("winnow-bench", "--repeats", "0")
    #expect(repeats.status == 2)
    #expect(
      repeats.errors.contains("--repeats must be from 1 to 1000, not 0."), "\(repeats.errors)")
    #expect(try run("winnow-bench", "--preset", "large").status == 2)
    let twin = try run("winnow-bench", "--twin", "no/such/twin.py")
    #expect(twin.status == 1)
    #expect(twin.errors == "winnow-bench: error: no/such/twin.py: no such file\n")
    #expect(twin.output == "")
  }

  @Test func imageBenchmarksThatCannotRunSaySo() throws {
    let workers = try run("winnow-bench", "images", "--workers", "0")
    #expect(workers.status == 2)
    #expect(
      workers.errors.contains("--workers must be from 1 to 1024, not 0."), "\(workers.errors)")
    let twin = try run("winnow-bench", "images", "--twin", "no/such/twin.py")
    #expect(twin.status == 1)
    #expect(twin.errors == "winnow-bench: error: no/such/twin.py: no such file\n")
    let weights = try run("winnow-bench", "images", "--twin", "off", "--weights", "no/such.pth")
    #expect(weights.status == 1)
    #expect(
      weights.errors == "winnow-bench: error: no/such.pth: there are no lite0 weights; run "
        + "`make weights BACKBONES=lite0` in the project's folder, or name the file with "
        + "--weights\n")
    #expect(weights.output == "")
  }

  @Test func wrongUsageIsTwo() throws {
    let unknown = try run(
      "winnow-ingest", "--workspace", "w", "--input", "m.tsv", "--inptu", "m.tsv")
    #expect(unknown.status == 2)
    #expect(
      unknown.errors.hasPrefix(
        "winnow-ingest: error: Unknown option '--inptu'. Did you mean '--input'?\n"),
      "\(unknown.errors)")
    let value = try run("winnow-export", "--workspace", "w", "--decision", "maybe")
    #expect(value.status == 2)
    #expect(value.errors.contains("'kept', 'rejected' or 'all'"), "\(value.errors)")
    #expect(try run("winnow", "status").status == 2)
    #expect(try run("winnow", "run", "p.yaml", "--set", "NAME").status == 2)
  }

  @Test func valuesThatCannotBeAreWrongUsage() throws {
    let both = try run(
      "winnow-purify", "--workspace", "w", "--threshold", "0.5", "--keep-fraction", "0.3")
    #expect(both.status == 2)
    #expect(
      both.errors
        == "winnow-purify: error: purify: threshold: give only one of threshold, keep-fraction and"
        + " target-precision\nSee 'winnow-purify --help'.\n")
    #expect(try run("winnow-featurize", "--workspace", "w", "--grid", "99").status == 2)
    let folder = try ScratchFolder()
    let manifest = try folder.write(Array("a\tx\nb\ty\n".utf8), to: "m.tsv")
    let ratio = try run(
      "winnow-corrupt", "--input", manifest, "--ratio", "2", "--seed", "1", "--output",
      folder.file("n.tsv"), "--truth", folder.file("t.tsv"))
    #expect(ratio.status == 2, "\(ratio.errors)")
    // The same file by another name.
    let onto = try run(
      "winnow-corrupt", "--input", manifest, "--ratio", "0.5", "--seed", "1", "--output",
      folder.path + "/./m.tsv", "--truth", folder.file("t.tsv"))
    #expect(onto.status == 2, "\(onto.errors)")
    #expect(try folder.names == ["m.tsv"])
  }

  @Test func failureIsOneAndSaysWhat() throws {
    let folder = try ScratchFolder()
    let workspace = folder.file("w")
    let missing = try run(
      "winnow-ingest", "--workspace", workspace, "--input", folder.file("a\u{1B}[31m.tsv"))
    #expect(missing.status == 1)
    #expect(
      missing.errors
        == "winnow-ingest: error: \(folder.path)/a\\u{1b}[31m.tsv: cannot be read: No such file or"
        + " directory\n")
    let status = try run("winnow", "status", "--workspace", workspace)
    #expect(status.status == 1)
    #expect(
      status.errors
        == "winnow: error: \(workspace): nothing was ingested yet; run: winnow-ingest --workspace"
        + " \(workspace) --input M.tsv\n")
  }

  @Test func aManifestGoesInAndComesOut() throws {
    let folder = try ScratchFolder()
    let workspace = folder.file("w")
    let manifest = try folder.write(Array("a dog\tdog.jpg\nbroken\n".utf8), to: "m.tsv")
    let ingest = try run("winnow-ingest", "--workspace", workspace, "--input", manifest)
    #expect(ingest.status == 0)
    #expect(ingest.output.hasPrefix("manifests        1\nlines added      2\n"), "\(ingest.output)")
    let again = try run(
      "winnow-ingest", "--workspace", workspace, "--input", manifest, "--json", "--quiet")
    #expect(again.output.contains("\"known_lines\" : 2") && again.errors == "")
    let export = try run(
      "winnow-export", "--workspace", workspace, "--decision", "all", "--output",
      folder.file("out.tsv"), "--json")
    #expect(export.status == 0)
    #expect(try folder.read("out.tsv") == folder.read("m.tsv"))
    let status = try run("winnow", "status", "--workspace", workspace)
    #expect(status.output.contains("train failed (malformed_row)"))
  }
}
