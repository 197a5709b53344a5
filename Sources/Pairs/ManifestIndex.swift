/// Which lines of a manifest share an image or a caption, and where each line lies in the file.
struct ManifestIndex {
  struct Extent {
    var byteOffset: Int64
    var byteCount: Int
  }

  private struct Fingerprint: Hashable {
    var high: UInt64
    var low: UInt64

    init(_ bytes: ArraySlice<UInt8>) {
      let digest = SHA256Digest(of: bytes)
      high = digest.word(0)
      low = digest.word(1)
    }
  }

  private(set) var lines: [CorruptionPlan.Line?] = []
  private(set) var extents: [Extent] = []
  private var images: [Fingerprint: Int] = [:]
  private var captions: [Fingerprint: Int] = [:]

  mutating func add(_ row: ManifestRow) {
    extents.append(Extent(byteOffset: row.byteOffset, byteCount: row.byteCount))
    guard row.isValid, let fields = row.fields else {
      lines.append(nil)
      return
    }
    lines.append(
      CorruptionPlan.Line(
        image: Self.number(of: fields.urlBytes, in: &images),
        caption: Self.number(of: fields.captionBytes, in: &captions)))
  }

  private static func number(
    of bytes: ArraySlice<UInt8>, in numbers: inout [Fingerprint: Int]
  ) -> Int {
    let fingerprint = Fingerprint(bytes)
    if let number = numbers[fingerprint] { return number }
    numbers[fingerprint] = numbers.count
    return numbers.count - 1
  }
}
