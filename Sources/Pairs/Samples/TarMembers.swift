/// The members of a tar archive, in its order, streamed: contents that nobody reads are skipped.
final class TarMembers: SampleMembers {
  let path: String
  private let file: ReadableFile
  private let byteCount: Int64
  private var offset: Int64 = 0
  private var isDone = false
  /// Names longer than the header has room for, and attributes, are at most so large.
  private static let attributeBytes: Int64 = 1 << 20

  /// - Throws: `PairsError.cannotRead`.
  init(path: String) throws(PairsError) {
    self.path = path
    file = try ReadableFile(path: path)
    byteCount = try file.byteCount()
  }

  func next() throws(PairsError) -> SampleMember? {
    guard !isDone else { return nil }
    var longName: [UInt8]?
    var longSize: Int64?
    while true {
      let start = offset
      // Some writers leave the two empty blocks at the end out.
      guard start < byteCount else { return end() }
      // A disk that fails is not the archive's fault: it stops the run.
      let block = try file.bytes(in: start..<(start + Int64(TarHeader.byteCount)))
      let header: TarHeader
      do throws(TarHeader.Malformed) {
        header = try TarHeader(block[...])
      } catch {
        return broken(at: start, error.problem)
      }
      if header.kind == .end { return end() }
      let size = header.kind == .file ? longSize ?? header.size : header.size
      let content = start + Int64(TarHeader.byteCount)
      guard size <= byteCount - content else {
        let name = String(decoding: longName ?? header.name, as: UTF8.self)
        return broken(
          at: start, "\(name) is to have \(size) bytes, the archive has \(byteCount - content) more"
        )
      }
      let padded = (size + 511) / 512 * 512
      offset = content + padded
      switch header.kind {
      case .end, .linkName: continue
      case .folder:
        // What was said of the next member was said of this one.
        longName = nil
        longSize = nil
      case .longName:
        guard let bytes = try attribute(at: content, size) else {
          return broken(at: start, "a name of \(size) bytes")
        }
        longName = TarHeader.text(bytes[...])
      case .attributes(isGlobal: true): continue
      case .attributes(isGlobal: false):
        guard let bytes = try attribute(at: content, size) else {
          return broken(at: start, "attributes of \(size) bytes")
        }
        let attributes = PaxAttributes(bytes)
        longName = attributes.path ?? longName
        longSize = attributes.size ?? longSize
      case .special(let what):
        return SampleMember(
          name: longName ?? header.name, offset: start, end: offset,
          content: .refused(RowFailure(.unsafePath, "is \(what)")))
      case .file:
        return SampleMember(
          name: longName ?? header.name, offset: start, end: offset,
          content: .file(file, range: content..<(content + size)))
      }
    }
  }

  private func end() -> SampleMember? {
    isDone = true
    return nil
  }

  /// Nothing behind a broken place can be trusted, for the members' places follow from each other.
  private func broken(at start: Int64, _ problem: String) -> SampleMember? {
    isDone = true
    return SampleMember(
      name: [], offset: start, end: byteCount,
      content: .refused(RowFailure(.corruptArchive, problem)))
  }

  private func attribute(at offset: Int64, _ size: Int64) throws(PairsError) -> [UInt8]? {
    guard size <= Self.attributeBytes else { return nil }
    return try file.bytes(in: offset..<(offset + size))
  }
}

/// What a pax header says of the next member: lines of `LENGTH KEY=VALUE`, the length in bytes.
private struct PaxAttributes {
  private(set) var path: [UInt8]?
  private(set) var size: Int64?

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let space = rest.firstIndex(of: 0x20) {
      let digits = String(decoding: rest[..<space], as: UTF8.self)
      guard let length = Int(digits), length > space - rest.startIndex, length <= rest.count else {
        return
      }
      let line = rest[(space + 1)..<(rest.startIndex + length)]
      rest = rest.dropFirst(length)
      guard line.last == 0x0A, let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return }
      let value = line[(equals + 1)..<(line.endIndex - 1)]
      switch String(decoding: line[..<equals], as: UTF8.self) {
      case "path": path = Array(value)
      case "size":
        size = Int64(String(decoding: value, as: UTF8.self)).flatMap { $0 < 0 ? nil : $0 }
      default: continue
      }
    }
  }
}
