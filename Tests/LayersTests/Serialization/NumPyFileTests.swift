import Foundation
import TestSupport
import Testing

@testable import Layers

@Suite struct NumPyFileTests {
  private let values = (0..<12).map { Float($0) }

  private func failure(_ bytes: [UInt8]) -> String {
    do {
      _ = try NumPyFile(Data(bytes), name: "x.npy")
      return "read"
    } catch { return "\(error)" }
  }

  private func failure(_ change: (inout NumPyBuilder) -> Void) -> String {
    var builder = NumPyBuilder(shape: [2, 3, 2])
    change(&builder)
    return failure(builder.file(values))
  }

  @Test(arguments: [UInt8(1), 2, 3])
  func rowsAreRead(version: UInt8) throws {
    var builder = NumPyBuilder(shape: [2, 3, 2])
    builder.version = version
    let file = try NumPyFile(Data(builder.file(values)), name: "x.npy")
    #expect(file.shape == [2, 3, 2] && file.imageCount == 2 && file.regions == 3)
    #expect(file.features(0..<2) == values && file.features(1..<2) == Array(values[6...]))
    #expect(file.features(1..<1).isEmpty && file.storedBytes(ofImage: 1).count == 24)
    builder.description = "\"<f2\""
    let halves = try NumPyFile(Data(builder.file(halves: values)), name: "x.npy")
    #expect(halves.elementType == .float16 && halves.features(1..<2) == Array(values[6...]))
    // Written by Python 2, keys in another order.
    builder.header = "{'shape': (2L, 3L, 2L), 'fortran_order': False, 'descr': '<f4'}"
    #expect(failure(builder.file(values)) == "read")
  }

  @Test func lyingShapesAreNamed() {
    #expect(
      failure { $0.shape = "(3, 3, 2)" }
        == "x.npy: the file is cut short: an array of shape [3, 3, 2] needs 72 bytes, 48 are there")
    #expect(
      failure { $0.shape = "(1, 3, 2)" } == "x.npy: 24 bytes after an array of shape [1, 3, 2]")
    #expect(
      failure { $0.shape = "(9223372036854775807, 36, 2048)" }
        == "x.npy: its array of shape [9223372036854775807, 36, 2048] is too large")
    #expect(failure { $0.shape = "(99999999999999999999, 1, 1)" }.contains("a whole number"))
    #expect(failure { $0.shape = "(-2, 3, 2)" }.contains("a whole number"))
    let expected = "; [images, regions, dimension] is expected"
    #expect(failure { $0.shape = "(12,)" } == "x.npy: its array has shape [12]\(expected)")
    #expect(failure { $0.shape = "()" } == "x.npy: its array has shape []\(expected)")
    #expect(
      failure { $0.shape = "(2, 0, 2)" } == "x.npy: its array has shape [2, 0, 2]\(expected)")
    let empty = NumPyBuilder(shape: [0, 1 << 62, 1 << 62]).prologue
    #expect(
      failure(empty)
        == "x.npy: its array of shape [0, \(1 << 62), \(1 << 62)] holds no image")
    #expect(
      failure { $0.shape = "(1, \(1 << 62), 4)" }
        == "x.npy: its array of shape [1, \(1 << 62), 4] is too large")
    #expect(
      failure { $0.shape = "(\(String(repeating: "1, ", count: 40)))" }
        .contains("a shape of more than 32 extents"))
  }

  @Test func otherElementsAreNamed() {
    let expected = "; little-endian float32 (`<f4`) or float16 (`<f2`) is expected"
    for type in [">f4", "<f8", "<i4", "|u1", "<U7"] {
      #expect(
        failure { $0.description = "'\(type)'" }
          == "x.npy: its elements are of type `\(type)`\(expected)")
    }
    #expect(
      failure { $0.description = "'|O'" }
        == "x.npy: its elements are pickled Python objects, which are never read")
    #expect(
      failure { $0.description = "[('a', '<f4')]" }
        == "x.npy: its elements are records; plain float32 or float16 is expected")
    #expect(
      failure { $0.order = "True" }
        == "x.npy: its array is in Fortran order; save numpy.ascontiguousarray of it")
  }

  @Test func badHeadersAreNamed() {
    #expect(failure(Array("PK\u{3}\u{4}".utf8)) == "x.npy: not a .npy file")
    #expect(failure([]) == "x.npy: not a .npy file")
    #expect(failure { $0.version = 4 } == "x.npy: version 4.0 of the .npy format is not read")
    #expect(
      failure {
        $0.version = 2
        $0.length = 0xFFFF_FFFF
      } == "x.npy: a header of 4294967295 bytes; at most 65536 are read")
    #expect(failure { $0.length = 60_000 }.hasPrefix("x.npy: the file is cut short: 60000 bytes"))
    for (header, problem) in [
      ("{}", "`descr` is missing"),
      ("{'descr': '<f4', 'shape': (2, 3, 2)}", "`fortran_order` is missing"),
      ("{'descr': '<f4', 'descr': '<f4'}", "`descr` is there twice"),
      ("{'more': 1}", "unexpected key `more`"),
      ("{'descr': __import__('os').system('true')}", "a string is expected"),
      ("{'descr': '<f4' 'shape'}", "a comma is missing"),
      ("{'descr", "a string does not end"),
      ("{'descr': '\\x3cf4'}", "a string does not end, or is none that NumPy writes"),
      ("{'fortran_order': 0}", "True or False is expected"),
      ("{'shape': [2, 3]}", "`(` is expected"),
      ("[]", "`{` is expected"),
      (
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, 2)}; exit()",
        "something follows the dictionary"
      ),
    ] {
      let message = failure { $0.header = header }
      #expect(
        message.hasPrefix("x.npy: a bad .npy header at byte ") && message.contains(problem),
        "\(header): \(message)")
    }
  }

  @Test func cutAndMutatedFilesEndInValuesOrErrors() throws {
    let honest = NumPyBuilder(shape: [2, 3, 2]).file(values)
    for length in 0..<honest.count {
      let message = failure(Array(honest[..<length]))
      #expect(message != "read", "\(length)")
    }
    var mutation = Mutation(seed: 11, fragment: Array("(1, ".utf8))
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      do {
        let file = try NumPyFile(Data(mutation.damage(honest)), name: "x.npy")
        let count = file.imageCount * file.regions * file.dimension
        #expect(file.features(0..<file.imageCount).count == count)
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 50 && refused > 1000, "\(read) read, \(refused) refused")
  }
}

@Suite struct NumPyHeaderTests {
  @Test(arguments: [[1, 1, 1], [5, 36, 2048], [1_234_567_890, 36, 1280], [0, 2, 3]])
  func whatIsWrittenIsWhatNumPyWrites(_ shape: [Int]) {
    let header = NumPyFile.header(shape: shape)
    #expect(header.count.isMultiple(of: 64) && header.last == 0x0A)
    let text = String(decoding: header[10...], as: UTF8.self)
    #expect(
      text.hasPrefix(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape[0]), \(shape[1]), \(shape[2])), }"
      ))
    #expect(Int(header[8]) + Int(header[9]) << 8 == header.count - 10)
  }

  @Test func whatIsWrittenIsRead() throws {
    let numbers = (0..<24).map { Float($0) / 3 }
    let bytes = NumPyFile.header(shape: [2, 3, 4]) + numbers.withUnsafeBytes { Array($0) }
    let file = try NumPyFile(Data(bytes), name: "a.npy")
    #expect(file.shape == [2, 3, 4] && file.elementType == .float32)
    #expect(file.features(0..<2) == numbers)
  }
}
