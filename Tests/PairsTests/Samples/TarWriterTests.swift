import Foundation
import TestSupport
import Testing

@testable import Pairs

@Suite struct TarWriterTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func write(_ members: [(String, [UInt8])], to name: String) throws -> String {
    let archive = TarWriter(try HashedFile(path: folder.file(name)))
    for (name, content) in members { try archive.add(name, content) }
    try archive.seal()
    try archive.file.commit()
    return folder.file(name)
  }

  @Test func membersComeBackAndNothingElseIsInIt() throws {
    let members: [(String, [UInt8])] = [
      ("a.jpg", [UInt8](repeating: 9, count: 1000)), ("a#2.txt", []),
      ("b.txt", [UInt8](repeating: 1, count: 512)), (String(repeating: "n", count: 100), [7]),
    ]
    let path = try write(members, to: "a.tar")
    let reader = try TarMembers(path: path)
    for (name, content) in members {
      let member = try #require(try reader.next())
      #expect(member.text == name)
      guard case .file(let file, let range) = member.content else {
        Issue.record("\(name) is no file")
        return
      }
      #expect(try file.bytes(in: range) == content)
    }
    #expect(try reader.next() == nil)
    let bytes = try folder.read("a.tar")
    #expect(bytes.count == 4 * 512 + 1024 + 512 + 512 + 1024)
    #expect(
      try folder.read("a.tar")
        == Array(Data(contentsOf: URL(filePath: write(members, to: "b.tar")))))
  }

  @Test func theUsualToolListsIt() throws {
    let path = try write([("k.txt", Array("caption".utf8))], to: "a.tar")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["tar", "--utc", "--full-time", "--numeric-owner", "-tvf", path]
    process.environment = ["PATH": "/usr/bin:/bin", "LC_ALL": "C"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let line = String(decoding: data, as: UTF8.self)
    #expect(
      line.split(separator: " ") == ["-rw-r--r--", "0/0", "7", "1970-01-01", "00:00:00", "k.txt\n"])
  }

  @Test func whatTheFormatCannotHoldIsRefused() throws {
    let archive = TarWriter(try HashedFile(path: folder.file("a.tar")))
    for name in ["", String(repeating: "n", count: 101), "a\0b"] {
      #expect(throws: PairsError.self) { try archive.add(name, []) }
    }
    #expect(archive.file.byteCount == 0)
  }
}
