import Foundation
import Pairs
import TestServer
import TestSupport
import Testing

/// The built program, killed in the middle as a user's machine may do it.
@Suite struct FetchKillTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private func start(_ program: String, _ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
      .deletingLastPathComponent().appendingPathComponent(program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  private func run(_ program: String, _ arguments: [String]) throws {
    let process = try start(program, arguments)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(program) \(arguments)")
  }

  /// What the audit says of each URL, apart from times.
  private func audit(_ workspace: String) throws -> [String] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
    process.arguments = [
      workspace + "/audit.sqlite",
      "SELECT url, state, reason, detail, http_status, bytes, sha256 FROM fetch_audit ORDER BY url",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func aKilledFetchEndsAsAnUndisturbedOne() throws {
    let server = try TestSite().serve()
    let count = 3000
    let lines = (0..<count).map { number in
      let path = number % 5 == 2 ? "/status/404?\(number)" : "/image/\(number)"
      return "caption \(number)\t\(server.url(path))\n"
    }
    let manifest = try folder.write(Array(lines.joined().utf8), to: "m.tsv")
    var audits: [[String]] = []
    for name in ["undisturbed", "killed"] {
      let workspace = folder.file(name)
      try run("winnow-ingest", ["--workspace", workspace, "--input", manifest])
      let before = server.requests.values.reduce(0, +)
      let fetch = [
        "--workspace", workspace, "--allow-private-addresses", "--per-host", "64",
        "--concurrency", "64",
      ]
      var kills = 0
      // Killed after every 700 or so answers, whatever it was doing.
      while name == "killed", kills < 3 {
        let goal = server.requests.values.reduce(0, +) + 700
        let process = try start("winnow-fetch", fetch)
        while process.isRunning, server.requests.values.reduce(0, +) < goal { usleep(2000) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        kills += 1
      }
      try run("winnow-fetch", fetch)
      audits.append(try audit(workspace))
      // Each kill costs at most what was under way and what was not recorded.
      let asked = server.requests.values.reduce(0, +) - before
      #expect(asked <= count + kills * (64 + 2 * 512 + 64), "\(asked) requests")
      let files = try FileManager.default.subpathsOfDirectory(atPath: workspace + "/images")
        .filter { $0.count == 67 }
      #expect(files.count == count * 4 / 5)
      for file in files {
        let digest = try SHA256Digest(ofFileAt: "\(workspace)/images/\(file)")
        #expect(file.hasSuffix(digest.description), "\(file) does not hold what it says")
      }
    }
    #expect(audits[0].count == count)
    #expect(audits[0] == audits[1])
  }
}
