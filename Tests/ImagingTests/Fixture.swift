import Foundation
import Testing

@testable import Imaging

/// Files made by the scripts in `Fixtures`.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  /// Names, without extension, of the pictures that begin with `prefix`.
  static func names(_ prefix: String) throws -> [String] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return files.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".rgb") }
      .map { String($0.dropLast(4)) }.sorted()
  }

  /// Names of all pictures.
  static func files() throws -> [String] {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { name in ["jpg", "png", "webp", "gif"].contains { name.hasSuffix(".\($0)") } }
      .sorted()
  }

  /// Mean and largest absolute difference of two pictures' bytes.
  static func difference(_ left: [UInt8], _ right: [UInt8]) -> (mean: Double, largest: Int) {
    guard left.count == right.count, !left.isEmpty else { return (.infinity, .max) }
    let differences = zip(left, right).map { abs(Int($0) - Int($1)) }
    return (Double(differences.reduce(0, +)) / Double(left.count), differences.max() ?? 0)
  }

  /// The reason for which decoding fails, nil if it succeeds.
  static func failure(
    _ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()
  ) -> ImageDecodeError? {
    do {
      _ = try ImageDecoder(limits: limits).image(from: bytes)
      return nil
    } catch {
      return error
    }
  }
}
