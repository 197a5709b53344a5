import Foundation
import Imaging

/// What a run found. Encoded as JSON for the test that starts it.
struct FuzzReport: Codable {
  /// Files decoded.
  var files = 0
  /// Files of these decoded twice, with the same result.
  var repeated = 0
  /// How they ended: `pixels`, or a reason's code.
  var outcomes: [String: Int] = [:]
  /// The same for each format that seeds were of.
  var pixelsByFormat: [String: Int] = [:]
  /// Time of all decoding, and of the slowest file.
  var seconds = 0.0
  var slowestSeconds = 0.0
  var slowestFile = 0
  /// Most memory that was resident at once.
  var peakBytes = 0
  /// How much more is resident in the last tenth of the run than in the second: what leaks. Of many
  /// samples the least counts, since the allocator keeps what it was given for a while.
  var grownBytes = 0
}

/// Decodes damaged files and looks at what becomes of them.
struct FuzzRun {
  let damage: FileDamage
  let limits: DecodeLimits
  /// Where each file is written before it is decoded, so that one that crashes is left.
  var lastFile: String?

  /// - Throws: `FuzzError` for a file that breaks a rule; a crash ends the process.
  func perform(_ numbers: Range<Int>, progress: (Int) -> Void) throws -> FuzzReport {
    var report = FuzzReport()
    let clock = ContinuousClock()
    let start = clock.now
    var resident: [Int] = []
    for number in numbers {
      let bytes = damage.file(number)
      if let lastFile { try Data(bytes).write(to: URL(fileURLWithPath: lastFile)) }
      let before = clock.now
      let outcome = outcome(of: bytes, number)
      let seconds = Double((clock.now - before) / .milliseconds(1)) / 1000
      if seconds > report.slowestSeconds {
        (report.slowestSeconds, report.slowestFile) = (seconds, number)
      }
      if number % 10 == 0 {
        let again = self.outcome(of: bytes, number)
        guard again == outcome else {
          throw FuzzError("file \(number): \(outcome.name) once, \(again.name) again")
        }
        report.repeated += 1
      }
      try outcome.check(limits, number)
      report.files += 1
      report.outcomes[outcome.name, default: 0] += 1
      if case .pixels = outcome {
        let format = ImageFormat(recognizing: bytes).rawValue
        report.pixelsByFormat[format, default: 0] += 1
      }
      if report.files % max(1, numbers.count / 200) == 0 {
        resident.append(try ProcessMemory.current())
      }
      if report.files % 1000 == 0 { progress(report.files) }
    }
    report.seconds = Double((clock.now - start) / .milliseconds(1)) / 1000
    report.peakBytes = try ProcessMemory.peak()
    let tenth = resident.count / 10
    let early = resident.dropFirst(tenth).prefix(tenth).min() ?? 0
    report.grownBytes = (resident.suffix(tenth).min() ?? 0) - early
    return report
  }

  /// Every fourth file goes the way of featurizing: decoded at a fraction of its size, then resized.
  private func outcome(of bytes: [UInt8], _ number: Int) -> Outcome {
    do {
      let image =
        number % 4 == 0
        ? try ImagePreprocessor(side: 16, limits: limits).image(from: bytes)
        : try ImageDecoder(limits: limits).image(from: bytes)
      return .pixels(image)
    } catch {
      return .failure(error)
    }
  }
}

/// Pixels, or why not.
enum Outcome: Equatable {
  case pixels(RGBImage)
  case failure(ImageDecodeError)

  var name: String {
    switch self {
    case .pixels: "pixels"
    case .failure(let error): error.reason.rawValue
    }
  }

  func check(_ limits: DecodeLimits, _ number: Int) throws {
    switch self {
    case .pixels(let image):
      guard image.width * image.height <= limits.maximumPixels else {
        throw FuzzError("file \(number): more pixels than the limit")
      }
    case .failure(let error):
      guard !error.detail.isEmpty else { throw FuzzError("file \(number): no detail") }
    }
  }
}
