import Foundation
import Testing

@testable import Pairs

/// Prints rates; runs only when WINNOW_RATES names how many lines to make.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["WINNOW_RATES"] != nil))
struct ReaderRateTests {
  @Test func linesPerSecond() throws {
    let count = try #require(
      ProcessInfo.processInfo.environment["WINNOW_RATES"].flatMap { Int($0) })
    let folder = try TemporaryFolder()
    let path = folder.path + "/m.tsv"
    let file = try AtomicFile(path: path)
    for index in 0..<count {
      let caption = "a caption of usual length with a number \(index) at its end ."
      try file.write(
        Array("\(caption)\thttps://images.example.org/2015/02/04/photo-\(index).jpg\n".utf8))
    }
    try file.commit()
    let reader = try TSVManifestReader(path: path)
    let start = ContinuousClock.now
    while try reader.next() != nil {}
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    #expect(reader.validRowCount == count)
    print("\(count) lines, \(Int(Double(count) / seconds)) lines/s")
  }
}
