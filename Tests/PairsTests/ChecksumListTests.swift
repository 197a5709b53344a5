import Foundation
import TestSupport
import Testing

@testable import Pairs

@Suite struct ChecksumListTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// What `sha256sum --check` makes of a list in the folder.
  private func check(_ name: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sha256sum", "--check", "--strict", name]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test func theUsualToolChecksIt() throws {
    let names = ["plain.tar", "two words.tsv", " é \"'$*#2", "back\\slash", "line\nbreak", "-dash"]
    var list = ChecksumList()
    for name in names.reversed() {
      let path = try folder.write(Array(name.utf8), to: name)
      list.add(name, try SHA256Digest(ofFileAt: path))
    }
    try folder.write(list.bytes, to: "SUMS")
    let outcome = try check("SUMS")
    #expect(outcome.status == 0, "\(outcome.output)")
    #expect(outcome.output.split(separator: "\n").count == names.count)
    try folder.write([1], to: "back\\slash")
    #expect(try check("SUMS").status == 1)
  }

  @Test func linesAreInTheOrderOfNames() {
    var list = ChecksumList()
    let digest = SHA256Digest(of: [])
    list.add("b", digest)
    list.add("a\r\n", digest)
    #expect(
      String(decoding: list.bytes, as: UTF8.self) == "\\\(digest)  a\\r\\n\n\(digest)  b\n")
    #expect(ChecksumList().bytes == [])
  }

  @Test func aHashedFileKnowsItsSumBeforeItAppears() throws {
    let path = folder.file("f")
    let file = try HashedFile(path: path)
    try file.write(Array("one ".utf8))
    try file.write([UInt8](repeating: 7, count: 3 << 20))
    let digest = try file.seal()
    #expect(try folder.names.count == 1 && !folder.names.contains("f"))
    #expect(try file.seal() == digest && file.byteCount == 4 + 3 << 20)
    try file.commit()
    #expect(try folder.names == ["f"])
    #expect(try SHA256Digest(ofFileAt: path) == digest)
    do {
      let other = try HashedFile(path: path)
      try other.write([1])
      try other.seal()
    }
    #expect(try folder.names == ["f"])
    #expect(try SHA256Digest(ofFileAt: path) == digest)
    try AtomicFile.remove(path)
    try AtomicFile.remove(path)
    #expect(try folder.names == [])
  }
}
