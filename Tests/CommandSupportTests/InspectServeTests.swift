import Foundation
import TestSupport
import Testing

/// Runs the built page server as a user does.
@Suite struct InspectServeTests {
  private final class Serving {
    let process = Process()
    let errors = Pipe()

    init(_ arguments: [String]) throws {
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      process.executableURL = folder.appendingPathComponent("winnow-inspect")
      process.arguments = arguments
      process.standardError = errors
      process.standardOutput = Pipe()
      try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    /// What it says until it has said a text, or ends.
    func said(through text: String) -> String {
      var said = Data()
      while !String(decoding: said, as: UTF8.self).contains(text) {
        let more = errors.fileHandleForReading.availableData
        guard !more.isEmpty else { break }
        said += more
      }
      return String(decoding: said, as: UTF8.self)
    }
  }

  private func workspace(_ folder: ScratchFolder) throws -> String {
    let manifest = try folder.write(Array("a dog\tdog.jpg\na cat\tcat.jpg\n".utf8), to: "m.tsv")
    let ingest = Process()
    let binaries = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    ingest.executableURL = binaries.appendingPathComponent("winnow-ingest")
    ingest.arguments = ["--workspace", folder.file("w"), "--input", manifest, "--quiet"]
    ingest.standardOutput = Pipe()
    try ingest.run()
    ingest.waitUntilExit()
    return folder.file("w")
  }

  @Test(arguments: [("serve", ""), ("label", "label")])
  func itNamesItsAddressAndStopsWhenAsked(command: String, page: String) throws {
    let folder = try ScratchFolder()
    let workspace = try workspace(folder)
    let serving = try Serving([command, "--workspace", workspace, "--port", "0"])
    let said = serving.said(through: "Ctrl-C")
    let match = try #require(said.firstMatch(of: /http:\/\/127\.0\.0\.1:(\d+)\/(\w*)\n/), "\(said)")
    #expect(match.2 == page)
    // The port that it named is taken.
    let second = try Serving(["serve", "--workspace", workspace, "--port", String(match.1)])
    let refused = second.said(through: "another with --port")
    second.process.waitUntilExit()
    #expect(second.process.terminationStatus == 1)
    #expect(
      refused.contains("winnow-inspect: error: port \(match.1) of 127.0.0.1 is in use"),
      "\(refused)")
    serving.process.terminate()
    serving.process.waitUntilExit()
    #expect(serving.process.terminationStatus == 0)
    #expect(serving.process.terminationReason == .exit)
  }

  @Test func usageIsChecked() throws {
    for arguments in [
      ["serve", "--workspace", "w", "--port", "70000"],
      ["serve", "--workspace", "w", "--reviewer", " "],
      ["label", "--workspace", "w", "--random", "0"], ["serve"],
      ["report", "--workspace", "w", "--sample", "101"],
    ] {
      let serving = try Serving(arguments)
      _ = serving.said(through: "\u{0}")
      serving.process.waitUntilExit()
      #expect(serving.process.terminationStatus == 2, "\(arguments)")
    }
    let missing = try Serving(["serve", "--workspace", "/no/such/workspace"])
    #expect(missing.said(through: "\u{0}").contains("nothing was ingested yet"))
    missing.process.waitUntilExit()
    #expect(missing.process.terminationStatus == 1)
  }
}
