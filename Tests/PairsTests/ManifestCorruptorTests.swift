import Foundation
import Testing

@testable import Pairs

@Suite struct ManifestCorruptorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func manifest() throws -> String {
    var text = ""
    for image in 0..<40 {
      for caption in 0..<3 { text += "caption \(image).\(caption)\tfile:\(image).jpg\r\n" }
      if image % 10 == 0 { text += "malformed \(image)\n\n" }
    }
    return text + "\(String(repeating: "x", count: 200_000))\tfile:long.jpg\nlast\tfile:last.jpg"
  }

  @Test func writesEveryLineOnceAndAnExactTruth() throws {
    let clean = try manifest()
    let path = try folder.write("clean.tsv", clean)
    let outputs = ManifestCorruptor.Outputs(
      noisy: folder.path + "/noisy.tsv", truth: folder.path + "/truth.tsv",
      meta: folder.path + "/meta.tsv", dev: folder.path + "/dev.tsv")
    let settings = CorruptionSettings(ratio: 0.3, seed: 7, metaShare: 0.1, devShare: 0.1)
    let summary = try ManifestCorruptor(path: path).corrupt(with: settings, to: outputs)
    let original = try TSVManifestReader(path: path).nextBatch(upTo: .max)
    let noisy = try TSVManifestReader(path: outputs.noisy).nextBatch(upTo: .max)
    let truth = try TruthFile.read(from: outputs.truth)
    let trusted = try ["meta.tsv", "dev.tsv"].map {
      try TSVManifestReader(path: folder.path + "/" + $0).nextBatch(upTo: .max)
    }
    let trustedCount = trusted.map(\.count).reduce(0, +)
    #expect(noisy.count + trustedCount == original.count)
    #expect(trusted.map(\.count) == [summary.meta, summary.dev])
    #expect(trusted.joined().allSatisfy { $0.isValid })
    #expect(summary.malformed == 9 && noisy.count { !$0.isValid } == 9)
    let valid = noisy.filter(\.isValid)
    #expect(truth.map(\.key) == valid.map(\.key))
    #expect(truth.count { !$0.isMatch } == summary.corrupted)
    #expect(summary.corrupted == Int((0.3 * Double(valid.count)).rounded()))
    for (record, row) in zip(truth, valid) {
      let source = original[record.originalLine - 1]
      #expect(source.fields?.url == row.fields?.url)
      #expect((source.fields?.caption == row.fields?.caption) == record.isMatch)
      #expect(source.lineEnding == row.lineEnding)
    }
    let captions = (valid + trusted.joined()).compactMap { $0.fields?.caption }
    #expect(
      captions.sorted() == original.filter(\.isValid).compactMap { $0.fields?.caption }.sorted())
    let first = try folder.read("noisy.tsv")
    _ = try ManifestCorruptor(path: path).corrupt(with: settings, to: outputs)
    #expect(try folder.read("noisy.tsv") == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 5)
  }

  @Test func nothingIsWrittenWhenTheCaptionsCannotMove() throws {
    let path = try folder.write("m.tsv", "a\tu\nb\tu\n")
    let outputs = ManifestCorruptor.Outputs(
      noisy: folder.path + "/n.tsv", truth: folder.path + "/t.tsv")
    #expect(throws: PairsError.self) {
      try ManifestCorruptor(path: path).corrupt(with: .init(ratio: 1, seed: 1), to: outputs)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.tsv"])
  }

  @Test func outputsMustFitTheSettings() throws {
    let path = try folder.write("m.tsv", "a\tu\nb\tv\n")
    var outputs = ManifestCorruptor.Outputs(noisy: path, truth: folder.path + "/t.tsv")
    func message(_ settings: CorruptionSettings) -> String {
      do {
        _ = try ManifestCorruptor(path: path).corrupt(with: settings, to: outputs)
        return "ok"
      } catch {
        return error.description
      }
    }
    #expect(
      message(.init(ratio: 1, seed: 1))
        == "an output is \(path), but must be neither the input nor another output")
    #expect(
      message(.init(ratio: 1, seed: 1, metaShare: 0.5))
        == "the meta output is missing, but must be given with a meta share")
    outputs.dev = "d"
    #expect(
      message(.init(ratio: 1, seed: 1))
        == "the dev output is d, but must be given only with a dev share")
  }

  @Test func truthFilesAreReadStrictly() throws {
    let key = PairKey(high: 1, low: 2).description
    func problem(_ text: String) throws -> String {
      let path = try folder.write("t.tsv", text)
      do {
        _ = try TruthFile.read(from: path)
        return "ok"
      } catch {
        return String(error.description.dropFirst(path.count))
      }
    }
    #expect(try problem("\(key)\t1\t1\n\(key)#2\t0\t5\n") == "ok")
    #expect(try problem("") == ":1: the truth file is empty")
    #expect(try problem("\(key)\t1\n") == ":1: expected 3 tab-separated columns, found 2")
    #expect(try problem("\(key)\t1\t1\nx\t1\t2\n") == ":2: \"x\" is not a pair key")
    #expect(try problem("\(key)\t2\t1\n") == ":1: expected 1 or 0, found \"2\"")
    #expect(try problem("\(key)\t1\t0\n") == ":1: expected a line number, found \"0\"")
    #expect(try problem("\(key)\t1\t1\r\n") == ":1: expected a line number, found \"1\r\"")
    #expect(try problem("\(key)\t1\t1\n\(key)\t0\t2\n") == ":2: key \(key) was there before")
  }
}
