import Foundation
import Glibc
import Testing

@testable import Pairs

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The number of a process that is not there any more.
  private func endedProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["true"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test func whatKilledProcessesLeftOfAFileIsRemoved() throws {
    let path = folder.path + "/kept.tsv"
    let left = try folder.write("kept.tsv.partial-\(endedProcess())-1", "half")
    let others = try [
      folder.write("kept.tsv.partial-\(getpid())-1", "being written"),
      folder.write("other.tsv.partial-\(endedProcess())-1", "another file's"),
      folder.write("kept.tsv.partial-x-1", "not ours"), folder.write("kept.tsv", "whole"),
    ]
    try AtomicFile.removeLeftovers(of: path)
    #expect(!FileManager.default.fileExists(atPath: left))
    for other in others { #expect(FileManager.default.fileExists(atPath: other)) }
    try AtomicFile.removeLeftovers(in: folder.path)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == ["kept.tsv", "kept.tsv.partial-x-1"])
    try AtomicFile.removeLeftovers(in: folder.path + "/absent")
  }

  @Test func foldersAreMadeWithThoseAboveThem() throws {
    let deep = folder.path + "/a/b/c"
    try DurableFolder.create(deep)
    try DurableFolder.create(deep)
    try AtomicFile.write(Array("x".utf8), to: deep + "/x")
    let error = #expect(throws: DurableFolder.Failure.self) {
      try DurableFolder.create(deep + "/x")
    }
    #expect(error == DurableFolder.Failure(path: deep + "/x", problem: "Not a directory"))
  }
}
