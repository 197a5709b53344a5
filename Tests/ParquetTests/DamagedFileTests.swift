import Foundation
import TestSupport
import Testing

@testable import Parquet

/// Whatever bytes a file has, reading it ends in values or in a `ParquetError`.
@Suite final class DamagedFileTests {
  /// How reading ended.
  private struct Outcome {
    var (read, refused) = (0, 0)
  }

  private let folder: ScratchFolder
  private let path: String
  private let descriptor: Int32

  init() throws {
    folder = try ScratchFolder()
    path = try folder.write([], to: "x.parquet")
    descriptor = open(path, O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
  }

  deinit {
    close(descriptor)
  }

  /// Puts other bytes into the one file, which is much faster than making tens of thousands.
  private func overwrite(_ bytes: [UInt8]) throws {
    let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    try #require(written == bytes.count && ftruncate(descriptor, off_t(bytes.count)) == 0)
  }

  /// Reads all columns of all row groups.
  private func read(_ bytes: [UInt8], _ outcome: inout Outcome) throws {
    try overwrite(bytes)
    let file: ParquetFile
    do throws(ParquetError) {
      file = try ParquetFile(contentsOf: path)
    } catch {
      #expect(error.description.hasPrefix("\(path): "))
      return outcome.refused += 1
    }
    // A damaged footer may tell of a great many row groups.
    for group in 0..<min(file.rowGroupCount, 20) {
      for column in file.columnNames {
        do throws(ParquetError) {
          let values = try file.strings(ofColumn: column, rowGroup: group)
          #expect(values.count <= file.rowCount)
          outcome.read += 1
        } catch {
          #expect(error.description.hasPrefix("\(path): "))
          outcome.refused += 1
        }
      }
    }
  }

  @Test func cutFilesAreRefused() throws {
    for name in ["dictionary", "page-v2", "img2dataset", "types"] {
      let honest = try Fixture.bytes("\(name).parquet")
      var outcome = Outcome()
      for length in 0..<honest.count { try read(Array(honest[..<length]), &outcome) }
      #expect(outcome.read == 0 && outcome.refused == honest.count)
      for length in 1..<honest.count { try read(Array(honest[length...]), &outcome) }
      #expect(outcome.read == 0 && outcome.refused == 2 * honest.count - 1)
    }
  }

  @Test func damagedFilesEndInValuesOrErrors() throws {
    var outcome = Outcome()
    for (index, name) in try Fixture.names().enumerated() {
      let honest = try Fixture.bytes(name)
      // A number of many bits, as Thrift writes one.
      var mutation = Mutation(seed: UInt64(index), fragment: [0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
      for _ in 0..<3000 { try read(mutation.damage(honest), &outcome) }
    }
    #expect(outcome.read > 1000 && outcome.refused > 5000, "\(outcome)")
  }

  /// The footer stays whole, so that damage reaches levels, indices, values and Snappy.
  @Test func damagedPagesEndInValuesOrErrors() throws {
    var outcome = Outcome()
    for (index, name) in try Fixture.names().enumerated() {
      let honest = try Fixture.bytes(name)
      let length = try #require(honest.suffix(8).firstUInt32)
      let end = honest.count - 8 - Int(length)
      var mutation = Mutation(seed: UInt64(100 + index), fragment: [0xFE, 0xFF, 0xFF, 0xFF, 0x0F])
      for _ in 0..<3000 {
        // Of the same length, so that the footer finds the pages.
        var pages = mutation.damage(Array(honest[4..<end])).prefix(end - 4)
        pages += Array(repeating: 0, count: end - 4 - pages.count)
        try read(Array("PAR1".utf8) + pages + honest[end...], &outcome)
      }
    }
    #expect(outcome.read > 5000 && outcome.refused > 5000, "\(outcome)")
  }

  /// The pages stay whole; each number of the footer is replaced in turn.
  @Test func damagedFootersEndInValuesOrErrors() throws {
    var outcome = Outcome()
    for name in ["types", "row-groups", "page-v2"] {
      let honest = try Fixture.bytes("\(name).parquet")
      let length = Int(try #require(honest.suffix(8).firstUInt32))
      for place in (honest.count - 8 - length)..<honest.count {
        for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF, honest[place] ^ 1, honest[place] ^ 0x80] {
          var bytes = honest
          bytes[place] = value
          try read(bytes, &outcome)
        }
      }
    }
    #expect(outcome.read > 1000 && outcome.refused > 5000, "\(outcome)")
  }
}
