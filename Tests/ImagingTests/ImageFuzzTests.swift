import Foundation
import Testing

@testable import Imaging
@testable import image_fuzz

/// Damages small files in many ways, in a process of its own: a crash is a failed test, and its
/// memory is that of decoding alone.
@Suite struct ImageFuzzTests {
  private func fuzz(_ arguments: String...) throws -> (status: Int32, output: Data) {
    let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let process = Process()
    process.executableURL = folder.appendingPathComponent("image-fuzz")
    process.arguments = ["--seeds", try Self.seeds(), "--json"] + arguments
    // Large buffers go back to the system at once, so that what grows is a leak.
    process.environment = [
      "MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_TRIM_THRESHOLD_": "262144",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }

  private static func seeds() throws -> String {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures").path
  }

  @Test func fiftyThousandDamagedFilesEndInPixelsOrReasons() throws {
    let run = try fuzz("--count", "50000", "--max-memory", "512", "--max-growth", "4")
    #expect(run.status == 0)
    let report = try JSONDecoder().decode(FuzzReport.self, from: run.output)
    #expect(report.files == 50_000 && report.repeated == 5_000)
    #expect(report.outcomes.values.reduce(0, +) == 50_000)
    #expect(report.peakBytes < 512 << 20 && report.grownBytes < 4 << 20)
    // Damage of every depth: some is survived, some is found late.
    for outcome in ["pixels", "truncated_image", "corrupt_image"] {
      #expect(report.outcomes[outcome, default: 0] > 2_000, "\(report.outcomes)")
    }
    for outcome in ["unsupported_format", "image_too_large", "image_too_small", "empty_image"] {
      #expect(report.outcomes[outcome, default: 0] > 20, "\(report.outcomes)")
    }
    for format in ["jpeg", "png", "webp", "gif"] {
      #expect(report.pixelsByFormat[format, default: 0] > 500, "\(report.pixelsByFormat)")
    }
    #expect(report.outcomes["image_too_slow"] == nil, "the slowest took \(report.slowestSeconds) s")
  }

  @Test func aRunThatHoldsTooMuchFails() throws {
    #expect(try fuzz("--count", "100", "--max-memory", "1").status != 0)
    #expect(try fuzz("--count", "0").status != 0)
  }

  @Test func damageDependsOnTheSeedAlone() throws {
    let corpus = try SeedCorpus(folder: Self.seeds())
    #expect(Set(corpus.files.map(\.format)) == [.jpeg, .png, .webp, .gif])
    let damage = FileDamage(corpus: corpus, seed: 3)
    let again = FileDamage(corpus: try SeedCorpus(folder: Self.seeds()), seed: 3)
    let other = FileDamage(corpus: corpus, seed: 4)
    for number in 0..<200 { #expect(damage.file(number) == again.file(number)) }
    #expect((0..<200).contains { damage.file($0) != other.file($0) })
  }

  @Test func everySeedIsFollowedThroughItsParts() throws {
    for (format, bytes) in try SeedCorpus(folder: Self.seeds()).files {
      let structure = FileStructure(bytes, format)
      #expect(structure.fields.count >= 3 && !structure.segments.isEmpty)
      #expect(structure.segments.allSatisfy { $0.upperBound <= bytes.count })
      guard format == .png else { continue }
      var repaired = bytes
      PNGChecksums.repair(&repaired)
      #expect(repaired == bytes)
    }
  }
}
