import Imaging
import Testing

@testable import winnow_bench

@Suite struct GeneratedPhotographTests {
  @Test func theSameSeedGivesTheSameFile() throws {
    let file = try GeneratedPhotograph.file(.small, number: 3, seed: 1)
    #expect(try GeneratedPhotograph.file(.small, number: 3, seed: 1) == file)
    #expect(try GeneratedPhotograph.file(.small, number: 4, seed: 1) != file)
    #expect(try GeneratedPhotograph.file(.small, number: 3, seed: 2) != file)
  }

  /// A photograph of 640 × 480 at this quality takes 60 to 120 kB.
  @Test func filesAreAsLargeAsPhotographs() throws {
    let medium = try (0..<4).map { try GeneratedPhotograph.file(.medium, number: $0, seed: 1) }
    for file in medium { #expect((40_000...160_000).contains(file.count), "\(file.count)") }
    let mean = medium.reduce(0) { $0 + $1.count } / medium.count
    #expect((60_000...120_000).contains(mean), "\(mean)")
  }

  @Test func filesDecodeToThePicture() throws {
    let decoder = ImageDecoder()
    for size in [PictureSize.small, .medium] {
      let image = GeneratedPhotograph.image(size, number: 0, seed: 1)
      let file = try GeneratedPhotograph.file(size, number: 0, seed: 1)
      let header = try decoder.header(of: file)
      #expect(header.format == .jpeg)
      #expect(header.width == size.width && header.height == size.height)
      let decoded = try decoder.image(from: file)
      let difference = PixelDifference(of: [decoded], from: [image], work: .decodeSmall)
      #expect(difference.mean < 5, "\(difference)")
      // Bytes after the end make another content of the same picture.
      #expect(try decoder.image(from: file + Array("17".utf8)) == decoded)
    }
  }

  @Test func differencesAreOfAllChannels() {
    let first = RGBImage(width: 1, height: 2, pixels: [0, 10, 255, 7, 7, 7])
    let second = RGBImage(width: 1, height: 2, pixels: [0, 12, 245, 7, 7, 7])
    let difference = PixelDifference(of: [first], from: [second], work: .fullDecodeLarge)
    #expect(difference == PixelDifference(work: .fullDecodeLarge, mean: 2, maximum: 10))
  }
}
