import Foundation
import Testing

@testable import Pairs

@Suite struct CaptionFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func rows(
    _ text: String, _ form: CaptionFile.Form = .text, captionsPerImage: Int = 1
  ) throws -> [ManifestRow] {
    let path = try folder.write("train_caps", text)
    let file = CaptionFile(
      path: path, form: form, array: "train_ims.npy", captionsPerImage: captionsPerImage)
    return try TSVManifestReader(captions: file).nextBatch(upTo: .max)
  }

  @Test func whatIsWrittenIsReadAsOneLine() throws {
    let breaks = "\n\r\u{B}\u{C}\u{1C}\u{1D}\u{1E}\u{85}\u{2028}\u{2029}\t\u{0}\u{FEFF}\u{7F}"
    for scalar in breaks.unicodeScalars {
      #expect(CaptionFile.line(of: "a\(scalar)b") == Array("a b\n".utf8), "\(scalar.value)")
    }
    let kept = "  é, \"quoted\" 👨\u{200D}👩\u{200D}👧 \u{202E}מה "
    #expect(CaptionFile.line(of: kept) == Array((kept + "\n").utf8))
    #expect(
      try rows(String(decoding: CaptionFile.line(of: kept), as: UTF8.self))[0].fields?.caption
        == kept)
  }

  @Test func fiveLinesBelongToOneRow() throws {
    let found = try rows(
      (0..<11).map { "caption \($0)\n" }.joined(), captionsPerImage: 5)
    #expect(found.count == 11)
    let urls = found.compactMap(\.fields?.url)
    #expect(urls[0] == "precomp:train_ims.npy#0" && urls[4] == urls[0])
    #expect(urls[5] == "precomp:train_ims.npy#1" && urls[10] == "precomp:train_ims.npy#2")
    #expect(found[7].fields?.caption == "caption 7" && found[7].lineNumber == 8)
    #expect(found[7].key == PairKey(url: Array(urls[7].utf8), caption: Array("caption 7".utf8)))
  }

  @Test func everyLineIsOneRow() throws {
    let long = String(repeating: "x", count: 100_000)
    let path = try folder.write("c.txt", "")
    let bytes =
      Array("\u{FEFF}first\r\n\n   \na\tb\n\(long)\n".utf8) + [0x61, 0xFF, 0x0A]
      + Array("last".utf8)
    try Data(bytes).write(to: URL(filePath: path))
    let file = CaptionFile(path: path, form: .text, array: "x.npy", captionsPerImage: 1)
    let found = try TSVManifestReader(captions: file).nextBatch(upTo: .max)
    #expect(
      found.map { $0.failure?.reason } == [
        nil, .emptyCaption, .emptyCaption, nil, .captionTooLong, .invalidUTF8, nil,
      ])
    #expect(found.compactMap(\.fields?.caption) == ["first", "", "   ", "a b", "last"])
    #expect(found[0].rawBytes == Array("first\tprecomp:x.npy#0".utf8) && !found[0].isTruncated)
    #expect(found[4].isTruncated && found[4].byteCount == 100_000)
    #expect(found[5].rawBytes == [0x61, 0xFF] && found[6].fields?.url == "precomp:x.npy#6")
    #expect(try CaptionFile.lineCount(at: path) == 7)
  }

  @Test func tablesAreReadAsPythonWroteThem() throws {
    let found = try rows(
      """
      12\ta plain caption\thttp://x/1.jpg
      13\t"quoted ""so"" and\ttabbed"\tmore
      14\tends "here"
      15
      16\t"never closed

      "17"\t""
      """, .table)
    #expect(
      found.map { $0.fields?.caption } == [
        "a plain caption", "quoted \"so\" and tabbed", "ends \"here\"", nil, nil, nil, "",
      ])
    #expect(
      found.map { $0.failure?.detail } == [
        nil, nil, nil, "expected 2 or more tab-separated columns, found 1",
        "a quoted column is not closed on its line",
        "expected 2 or more tab-separated columns, found 1", "the caption is empty",
      ])
    #expect(found.allSatisfy { !$0.isTruncated })
  }

  @Test func corruptingWritesAManifestThatNamesTheRows() throws {
    var text = ""
    for image in 0..<40 {
      for caption in 0..<5 {
        text += image == 7 && caption == 2 ? "\n" : "image \(image).\(caption)\n"
      }
    }
    let path = try folder.write("train_caps.txt", text)
    let captions = CaptionFile(
      path: path, form: .text, array: "train_ims.npy", captionsPerImage: 5)
    let outputs = ManifestCorruptor.Outputs(
      noisy: folder.path + "/noisy.tsv", truth: folder.path + "/truth.tsv",
      meta: folder.path + "/meta.tsv")
    let settings = CorruptionSettings(ratio: 0.5, seed: 3, metaShare: 0.1)
    let summary = try ManifestCorruptor(captions: captions).corrupt(with: settings, to: outputs)
    let noisy = try TSVManifestReader(path: outputs.noisy).nextBatch(upTo: .max)
    let meta = try TSVManifestReader(path: #require(outputs.meta)).nextBatch(upTo: .max)
    let truth = try TruthFile.read(from: outputs.truth)
    #expect(noisy.count + meta.count == 200 && meta.count == summary.meta)
    #expect(meta.count == 20 || meta.count == 19)
    #expect(noisy.count { $0.failure?.reason == .emptyCaption } == summary.malformed)
    #expect(truth.map(\.key) == noisy.filter(\.isValid).map(\.key))
    for (row, record) in zip(noisy.filter(\.isValid), truth) {
      let fields = try #require(row.fields)
      let image = (record.originalLine - 1) / 5
      #expect(fields.url == "precomp:train_ims.npy#\(image)")
      #expect(fields.caption.hasPrefix("image \(image).") == record.isMatch)
    }
    #expect(truth.count { !$0.isMatch } == summary.corrupted && summary.corrupted == 90)
    #expect(
      meta.allSatisfy { row in
        guard let fields = row.fields, let number = fields.url.split(separator: "#").last else {
          return false
        }
        return fields.caption.hasPrefix("image \(number).") || fields.caption.isEmpty
      })
  }
}
