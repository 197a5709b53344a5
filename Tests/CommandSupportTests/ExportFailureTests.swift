import Foundation
import Pairs
import TestSupport
import Testing

/// The built program on a full disk, and killed in the middle.
@Suite struct ExportFailureTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  private var programs: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  }

  private func process(_ path: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, errors: String)
  {
    let process = process(path, arguments)
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let data = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  private func program(_ name: String) -> String { programs.appendingPathComponent(name).path }

  /// A workspace of so many pairs with pictures of 40 kB. What is after its beginning nobody decodes.
  private func prepare(_ count: Int) throws {
    var lines = ""
    let start: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    for number in 0..<count {
      let filling = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 40_000)
      try folder.write(start + filling, to: "\(number).png")
      lines += "caption \(number)\t\(number).png\n"
    }
    let manifest = try folder.write(Array(lines.utf8), to: "m.tsv")
    let outcome = try run(
      program("winnow-ingest"), ["--workspace", folder.file("w"), "--input", manifest])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  private func arguments(shardPairs: Int) -> [String] {
    [
      "--workspace", folder.file("w"), "--format", "webdataset", "--decision", "all",
      "--shard-pairs", "\(shardPairs)", "--output", folder.file("out"), "--quiet",
    ]
  }

  /// Names and contents of the folder.
  private func contents() throws -> [String: SHA256Digest] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try SHA256Digest(ofFileAt: "\(folder.file("out"))/\($0)"))
      })
  }

  @Test func onAFullDiskTheOlderExportStays() throws {
    try prepare(20)
    let export = program("winnow-export")
    #expect(try run(export, arguments(shardPairs: 3)).status == 0)
    let before = try contents()
    #expect(before.count == 9)
    // Files may have 400 kB, which the second archive would exceed; as of a full disk, writes fail.
    let limited = try run(
      "/bin/bash",
      ["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\"", export] + arguments(shardPairs: 15))
    #expect(limited.status == 1)
    #expect(
      limited.errors
        == "winnow-export: error: \(folder.file("out"))/shard-00000.tar: cannot be written: File too "
        + "large\n")
    #expect(try contents() == before)
  }

  @Test func aKilledExportLeavesTheOlderOneAndTheNextIsWhole() throws {
    try prepare(600)
    let export = program("winnow-export")
    #expect(try run(export, arguments(shardPairs: 400)).status == 0)
    let before = try contents()
    for _ in 0..<2 {
      let killed = process(export, arguments(shardPairs: 10))
      try killed.run()
      // Several archives are on the disk and none has its name.
      var names: [String] = []
      while killed.isRunning, names.count < 12 {
        names = try FileManager.default.contentsOfDirectory(atPath: folder.file("out"))
        usleep(500)
      }
      kill(killed.processIdentifier, SIGKILL)
      killed.waitUntilExit()
      #expect(killed.terminationReason == .uncaughtSignal)
      let after = try contents()
      #expect(after.count > before.count)
      #expect(before.allSatisfy { after[$0.key] == $0.value })
    }
    #expect(try run(export, arguments(shardPairs: 400)).status == 0)
    #expect(try contents() == before)
  }
}
