import ArgumentParser
import Foundation
import Imaging

@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image-fuzz",
    abstract: "Decode damaged pictures: each must end in pixels or in a reason.",
    discussion: """
      Fails when a file crashes the decoder, decodes differently the second time, or when the \
      process holds more memory at once than the limit, or more and more. A file depends on the \
      seed pictures, --seed and its number alone.
      """)

  @Option(help: "The folder of the seed pictures.")
  var seeds: String = "Tests/ImagingTests/Fixtures"

  @Option(help: "How many files.")
  var count: Int = 50_000

  @Option(help: "The number of the first file.")
  var from: Int = 0

  @Option(help: "What the damage depends on.")
  var seed: UInt64 = 1

  @Option(help: "Most memory, in 2^20 bytes.")
  var maxMemory: Int = 512

  @Option(
    help: """
      Most memory held in the last tenth of the files more than in the second, in 2^20 bytes. \
      Below 100, set MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_ to 262144: else the \
      allocator keeps large buffers.
      """)
  var maxGrowth: Int = 128

  @Option(help: "Write each file here before it is decoded; the last one stays.")
  var lastFile: String?

  @Flag(help: "Print the report as JSON.")
  var json = false

  func validate() throws {
    guard count > 0, from >= 0, from <= Int(Int32.max), count <= Int(Int32.max) else {
      throw ValidationError("--count and --from must be numbers of files")
    }
  }

  func run() throws {
    let corpus = try SeedCorpus(folder: seeds)
    let run = FuzzRun(
      damage: FileDamage(corpus: corpus, seed: seed), limits: DecodeLimits(), lastFile: lastFile)
    let report = try run.perform(from..<from + count) { done in
      FileHandle.standardError.write(Data("\r\(done) files".utf8))
    }
    FileHandle.standardError.write(Data("\r".utf8))
    print(try json ? Self.encoded(report) : Self.table(report))
    guard report.peakBytes <= maxMemory << 20 else {
      throw FuzzError("held \(report.peakBytes) bytes at once, the limit is \(maxMemory << 20)")
    }
    guard report.grownBytes <= maxGrowth << 20 else {
      throw FuzzError("holds \(report.grownBytes) bytes more in its last tenth than in its second")
    }
  }

  private static func encoded(_ report: FuzzReport) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }

  private static func table(_ report: FuzzReport) -> String {
    var lines = ["\(report.files) files, \(report.repeated) of them twice"]
    lines += report.outcomes.sorted { $0.value > $1.value }.map { "  \($0.value)  \($0.key)" }
    let formats = report.pixelsByFormat.sorted { $0.key < $1.key }
    lines.append("pixels: " + formats.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    lines.append(
      "\(Self.text(report.seconds)) s, the slowest (file \(report.slowestFile)) "
        + "\(Self.text(report.slowestSeconds)) s")
    lines.append("peak memory \(report.peakBytes >> 20) MiB, grown \(report.grownBytes >> 10) KiB")
    return lines.joined(separator: "\n")
  }

  private static func text(_ seconds: Double) -> String { String(format: "%.2f", seconds) }
}
