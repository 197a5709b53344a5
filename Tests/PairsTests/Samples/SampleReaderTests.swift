import Foundation
import TestSupport
import Testing

@testable import Pairs

@Suite struct SampleReaderTests {
  private let folder: ScratchFolder

  init() throws {
    folder = try ScratchFolder()
  }

  /// Each row as `caption|url|picture or reason|status`, malformed ones as `reason: detail`.
  private func rows(
    _ bytes: [UInt8], records: [SampleRecord] = [], pictureBytes: Int = 64 << 20
  ) throws -> [String] {
    let path = try folder.write(bytes, to: "00000.tar")
    return try rows(
      SampleReader(path: path, isFolder: false, records: records, pictureBytes: pictureBytes))
  }

  private func rows(_ reader: SampleReader) throws -> [String] {
    var rows: [String] = []
    while let sample = try reader.next() {
      #expect(sample.row.lineNumber == rows.count + 1)
      if let failure = sample.row.failure {
        rows.append("\(failure.reason.rawValue): \(failure.detail)")
        continue
      }
      let fields = try #require(sample.row.fields)
      var parts = [fields.caption, fields.url]
      switch try #require(sample.picture) {
      case .success(let bytes): parts.append(String(decoding: bytes, as: UTF8.self))
      case .failure(let thrown): parts.append(thrown.failure.reason.rawValue)
      }
      if let status = sample.httpStatus { parts.append("\(status)") }
      rows.append(parts.joined(separator: "|"))
    }
    return rows
  }

  private func tar(_ members: (String, String)...) -> [UInt8] {
    var builder = TarBuilder()
    for (name, content) in members { builder.add(name, Array(content.utf8)) }
    return builder.finished
  }

  @Test func filesOfOneKeyAreASample() throws {
    let bytes = tar(
      ("a/000.jpg", "one"), ("a/000.txt", "a dog\n"),
      ("a/000.json", #"{"url": "http://x/1", "caption": "other", "status": "success"}"#),
      ("001.json", #"{"caption": "B\u00e4r", "url": "http://x/2"}"#), ("001.PNG", "two"),
      ("002.webp", "three"), ("002.txt", "tab\there\r\nand line"), ("002.seg.png", "ignored"),
      ("003.txt", "no picture"), ("004.jpg", "no caption"))
    #expect(
      try rows(bytes) == [
        "a dog|http://x/1|one", "Bär|http://x/2|two",
        "tab here  and line|webdataset:00000.tar/002.webp|three",
        "no picture|webdataset:00000.tar/003|missing_image",
        "empty_caption: the caption is empty",
      ])
  }

  @Test func onlyURLsOfTheWebAreTaken() throws {
    var builder = TarBuilder()
    for (key, json) in [
      ("0", #"{"url": "n/a"}"#), ("1", #"{"url": "precomp:a.npy#0"}"#), ("2", "[]"),
      ("3", String(repeating: " ", count: 200_000) + "{}"),
    ] {
      builder.add("\(key).jpg", [0x78])
      builder.add("\(key).txt", Array("c".utf8))
      builder.add("\(key).json", Array(json.utf8))
    }
    for number in 0..<70 { builder.add("4.\(number)", [1]) }
    let found = try rows(builder.finished)
    #expect(
      found.prefix(5) == [
        "c|webdataset:00000.tar/0.jpg|x", "c|webdataset:00000.tar/1.jpg|x",
        "malformed_row: 00000.tar: 2.json is no JSON object of at most 147456 bytes",
        "malformed_row: 00000.tar: 3.json is no JSON object of at most 147456 bytes",
        "malformed_row: 00000.tar: 4 has more than 64 files",
      ])
  }

  @Test func theKeyIsThatOfTheManifestLine() throws {
    let path = try folder.write(
      tar(("0.jpg", "x"), ("0.txt", "a dog"), ("0.json", #"{"url": "http://x/1"}"#)), to: "a.tar")
    let sample = try #require(try SampleReader(path: path, isFolder: false).next())
    let manifest = try folder.write(Array("a dog\thttp://x/1\n".utf8), to: "m.tsv")
    #expect(sample.row.key == (try TSVManifestReader(path: manifest).next()?.key))
  }

  @Test func hostileNamesAreRefusedByName() throws {
    var builder = TarBuilder()
    builder.add("../up.jpg", [1])
    builder.add("/abs.jpg", [1])
    builder.add("a/../../b.jpg", [1])
    builder.add("link.jpg", type: "2")
    builder.add("hard.jpg", type: "1")
    builder.add("dev", type: "3")
    builder.add("folder/", type: "5")
    builder.add("0.jpg", Array("x".utf8))
    builder.add("0.jpg", Array("y".utf8))
    builder.add("1.jpg", Array("x".utf8))
    builder.add("1.txt", Array("good".utf8))
    builder.add("2.jpg", Array("x".utf8))
    builder.add("2.txt", Array("fine".utf8))
    builder.add("1.jpg", Array("again".utf8))
    #expect(
      try rows(builder.finished) == [
        "unsafe_path: 00000.tar: ../up.jpg: leads out of the archive",
        "unsafe_path: 00000.tar: /abs.jpg: an absolute path",
        "unsafe_path: 00000.tar: a/../../b.jpg: leads out of the archive",
        "unsafe_path: 00000.tar: link.jpg: is a symbolic link",
        "unsafe_path: 00000.tar: hard.jpg: is a hard link",
        "unsafe_path: 00000.tar: dev: is a device",
        "malformed_row: 00000.tar: 0.jpg is there twice",
        "good|webdataset:00000.tar/1.jpg|x", "fine|webdataset:00000.tar/2.jpg|x",
        "malformed_row: 00000.tar: 1 is there twice",
      ])
  }

  @Test func sizesThatLieEndTheArchiveThere() throws {
    var builder = TarBuilder()
    builder.add("0.jpg", Array("x".utf8))
    builder.add("0.txt", Array("good".utf8))
    let before = builder
    builder.add("1.jpg", Array("y".utf8), size: 100_000)
    #expect(
      try rows(builder.finished) == [
        "good|webdataset:00000.tar/0.jpg|x",
        "corrupt_archive: 00000.tar: 1.jpg is to have 100000 bytes, the archive has 1536 more",
      ])
    for (field, detail) in [
      ([0xFF] + [UInt8](repeating: 0xFF, count: 11), "a header's size is too large"),
      (Array("-0000000001 ".utf8), "a header's size is no number"),
      (Array("777777777777".utf8), "1.jpg is to have 68719476735 bytes, the archive has 1024 more"),
    ] {
      var builder = before
      builder.add("1.jpg", sizeField: field)
      #expect(try rows(builder.finished).last == "corrupt_archive: 00000.tar: \(detail)")
    }
    var wrong = before
    wrong.add("1.jpg", checksum: 1)
    #expect(
      try rows(wrong.finished).last
        == "corrupt_archive: 00000.tar: a header's checksum does not hold")
    #expect(
      try rows(Array(before.bytes + [1, 2, 3])).last
        == "corrupt_archive: 00000.tar: the archive ends within a header")
    // Without the blocks at its end an archive is whole.
    #expect(try rows(before.bytes) == ["good|webdataset:00000.tar/0.jpg|x"])
  }

  @Test func longNamesAndSizesAreRead() throws {
    let long = String(repeating: "folder/", count: 30) + "0"
    var builder = TarBuilder()
    builder.add("././@LongLink", Array("\(long).jpg\0".utf8), type: "L")
    builder.add("cut", Array("x".utf8))
    let path = "\(long).txt"
    let line = " path=\(path)\n"
    builder.add("PaxHeader", Array("\(line.utf8.count + 3)\(line)7 a=b\n".utf8), type: "x")
    builder.add("cut", Array("good".utf8))
    // The size as a binary number.
    builder.add(
      "1.jpg", Array("yz".utf8), sizeField: [0x80] + [UInt8](repeating: 0, count: 10) + [2])
    // Of a folder, of a link's aim: neither is the next file's.
    builder.add("PaxHeader", Array("12 path=wrong\n".utf8), type: "x")
    builder.add("folder/", type: "5")
    builder.add("././@LongLink", Array("aim\0".utf8), type: "K")
    builder.add("PaxHeader", Array("9 size=4\n".utf8), type: "x")
    builder.add("1.txt", Array("fine".utf8), size: 0)
    #expect(
      try rows(builder.finished) == [
        "good|webdataset:00000.tar/\(long).jpg|x", "fine|webdataset:00000.tar/1.jpg|yz",
      ])
  }

  @Test func rowsThatFailedThereAreFailedHere() throws {
    func failed(_ key: String, _ message: String, _ status: String = "failed_to_download")
      -> SampleRecord
    {
      SampleRecord(
        key: key, url: "http://x/\(key)", caption: "c\(key)", status: status, message: message)
    }
    let records = [
      failed("1", "HTTP Error 404: Not Found"),
      SampleRecord(
        key: "0", url: "http://x/0", caption: "c0", status: "success", message: nil),
      failed("2", "<urlopen error [Errno -2] Name or service not known>"),
      failed("3", "The read operation timed out"), failed("4", "certificate verify failed"),
      failed("5", "<urlopen error [Errno 111] Connection refused>"),
      failed("6", "image decoding error", "failed_to_resize"),
      SampleRecord(
        key: "7", url: "http://x/7", caption: "c7", status: "success", message: nil),
      SampleRecord(key: "8", url: nil, caption: nil, status: nil, message: nil),
    ]
    let bytes = tar(
      ("0.jpg", "x"), ("0.txt", "c0"), ("0.json", #"{"url": "http://x/0", "status": "success"}"#))
    #expect(
      try rows(bytes, records: records) == [
        "c0|http://x/0|x", "c1|http://x/1|http_error|404", "c2|http://x/2|dns",
        "c3|http://x/3|timeout", "c4|http://x/4|tls", "c5|http://x/5|connection",
        "c6|http://x/6|corrupt_image", "c7|http://x/7|missing_image",
        "empty_caption: the caption is empty",
      ])
    // Also where only KEY.json says so.
    let json =
      #"{"url": "http://x/9", "caption": "c9", "status": "failed_to_download", "#
      + #""error_message": "HTTP Error 503: Busy"}"#
    #expect(try rows(tar(("9.json", json))) == ["c9|http://x/9|http_error|503"])
  }

  @Test func largePicturesAreNotRead() throws {
    let bytes = tar(("0.jpg", "12345"), ("0.txt", "five"), ("1.jpg", "1234"), ("1.txt", "four"))
    #expect(
      try rows(bytes, pictureBytes: 4) == [
        "five|webdataset:00000.tar/0.jpg|too_large", "four|webdataset:00000.tar/1.jpg|1234",
      ])
  }

  @Test func aFolderIsReadByName() throws {
    let shard = folder.file("00001")
    try FileManager.default.createDirectory(atPath: shard, withIntermediateDirectories: true)
    try folder.write(Array("x".utf8), to: "00001/2.jpg")
    try folder.write(Array("two".utf8), to: "00001/2.txt")
    try folder.write(Array("y".utf8), to: "00001/1.png")
    try folder.write(Array("one".utf8), to: "00001/1.txt")
    try FileManager.default.createSymbolicLink(
      atPath: shard + "/3.jpg", withDestinationPath: "/etc/passwd")
    #expect(
      try rows(SampleReader(path: shard, isFolder: true)) == [
        "one|webdataset:00001/1.png|y", "two|webdataset:00001/2.jpg|x",
        "unsafe_path: 00001: 3.jpg: is a symbolic link",
      ])
    let before = try SampleReader.listing(ofFolderAt: shard)
    try folder.write(Array("longer".utf8), to: "00001/2.txt")
    #expect(try SampleReader.listing(ofFolderAt: shard) != before)
  }

  @Test func skippedRowsAreCountedAndKnown() throws {
    let path = try folder.write(
      tar(("0.jpg", "x"), ("0.txt", "c"), ("1.jpg", "y"), ("1.txt", "d")), to: "s.tar")
    let record = SampleRecord(
      key: "0", url: "http://x", caption: "c", status: "success", message: nil)
    let reader = try SampleReader(path: path, isFolder: false, records: [record])
    _ = try reader.next(isSkipped: true)
    let second = try #require(try reader.next())
    #expect(second.row.lineNumber == 2)
    #expect(try second.picture?.get() == Array("y".utf8))
    #expect(try reader.next() == nil)
  }

  /// Whatever an archive holds, it is read to an end.
  @Test func damagedArchivesEndInRows() throws {
    var builder = TarBuilder()
    for number in 0..<6 {
      builder.add("\(number).jpg", Array("picture \(number)".utf8))
      builder.add("\(number).txt", Array("caption \(number)".utf8))
      builder.add("PaxHeader", Array("18 path=\(number).json\n".utf8), type: "x")
      builder.add("x", Array(#"{"url": "http://x/\#(number)"}"#.utf8))
    }
    let whole = builder.finished
    var mutation = Mutation(seed: 5, fragment: Array("ustar".utf8))
    for _ in 0..<2000 {
      let bytes = mutation.damage(whole)
      let path = try folder.write(bytes, to: "damaged.tar")
      let reader = try SampleReader(path: path, isFolder: false)
      var count = 0
      while try reader.next() != nil { count += 1 }
      #expect(count <= 40)
    }
  }
}
