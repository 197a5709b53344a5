import Foundation
import TestSupport
import Testing

@testable import Layers

@Suite struct MappedFileTests {
  /// Memory of the process that is no file's, in bytes.
  private func anonymousMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") })
    let words = line.split(whereSeparator: \.isWhitespace)
    return try #require(Int(words[1])) << 10
  }

  @Test func openingALargeArrayReadsNoneOfIt() throws {
    let folder = try ScratchFolder()
    let images = 40_000
    let builder = NumPyBuilder(shape: [images, 36, 2048])
    let path = try folder.write(builder.prologue, to: "sparse.npy")
    let size = UInt64(builder.prologue.count) + UInt64(images) * 36 * 2048 * 4
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.truncate(atOffset: size)
    try handle.close()
    let before = try anonymousMemory()
    let file = try NumPyFile(contentsOf: URL(filePath: path))
    #expect(file.features((images - 1)..<images) == Array(repeating: 0, count: 36 * 2048))
    // 11.8 GB of zeros; other tests run beside this one and take memory of their own.
    #expect(try anonymousMemory() - before < 4 << 30)
  }

  @Test func emptyAndAbsentFilesAreErrors() throws {
    let folder = try ScratchFolder()
    let empty = try folder.write([], to: "empty")
    #expect(throws: LayersError.self) { try SafetensorsFile(contentsOf: URL(filePath: empty)) }
    #expect(throws: LayersError.self) { try NumPyFile(contentsOf: URL(filePath: empty)) }
    #expect(throws: LayersError.self) { try PyTorchFile(contentsOf: URL(filePath: empty)) }
    #expect(throws: LayersError.self) { try NumPyFile(contentsOf: URL(filePath: folder.path)) }
    #expect(throws: LayersError.self) {
      try NumPyFile(contentsOf: URL(filePath: folder.file("absent")))
    }
  }
}
