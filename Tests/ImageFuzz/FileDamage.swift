import Imaging
import Tensors

/// Damages files, by the seed alone.
struct FileDamage {
  let corpus: SeedCorpus
  let seed: UInt64

  /// The file of a number: a seed file, damaged once, or up to four times.
  func file(_ number: Int) -> [UInt8] {
    var generator = RandomGenerator(seed: seed).stream(UInt64(number))
    let (format, original) = corpus.files[number % corpus.files.count]
    var bytes = original
    let times = max(1, Int.random(in: -3...4, using: &generator))
    for _ in 0..<times where !bytes.isEmpty {
      damage(&bytes, format, &generator)
    }
    // Else a PNG's checksums would stop nearly everything at the door.
    if format == .png, Bool.random(using: &generator) { PNGChecksums.repair(&bytes) }
    return bytes
  }

  private func damage(
    _ bytes: inout [UInt8], _ format: ImageFormat, _ generator: inout RandomGenerator
  ) {
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    switch Int.random(in: 0..<7, using: &generator) {
    case 0:
      for _ in 0..<Int.random(in: 1...8, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    case 1:
      let telling: [UInt8] = [0, 1, 0x2C, 0x39, 0x7F, 0x80, 0xC4, 0xD9, 0xDA, 0xFE, 0xFF]
      bytes[place] = telling.randomElement(using: &generator) ?? 0
    case 2:
      bytes.removeLast(bytes.count - place)
    case 3:
      // The first part of one file, the last of another.
      let other = corpus.files(of: format).randomElement(using: &generator) ?? bytes
      let from = Bool.random(using: &generator) ? min(place, other.count) : other.count / 2
      bytes = Array(bytes[..<place] + other[from...])
    case 4, 5:
      changeField(&bytes, format, &generator)
    default:
      repeatSegment(&bytes, format, &generator)
    }
  }

  private func changeField(
    _ bytes: inout [UInt8], _ format: ImageFormat, _ generator: inout RandomGenerator
  ) {
    let structure = FileStructure(bytes, format)
    guard let field = structure.fields.randomElement(using: &generator) else { return }
    let now = structure.value(field)
    let top = 1 << (8 * field.byteCount)
    let values = [
      0, 1, now - 1, now + 1, now / 2, now * 2, now + 256, top / 2 - 1, top - 1,
      Int.random(in: 0..<top, using: &generator),
    ]
    let value = values.randomElement(using: &generator) ?? 0
    for index in 0..<field.byteCount {
      let shift = 8 * (field.isBigEndian ? field.byteCount - 1 - index : index)
      bytes[field.start + index] = UInt8(truncatingIfNeeded: value >> shift)
    }
  }

  private func repeatSegment(
    _ bytes: inout [UInt8], _ format: ImageFormat, _ generator: inout RandomGenerator
  ) {
    let segments = FileStructure(bytes, format).segments
    guard let segment = segments.randomElement(using: &generator),
      let target = segments.randomElement(using: &generator)
    else { return }
    let times = [1, 1, 2, 40].randomElement(using: &generator) ?? 1
    let copies = Array(repeatElement(bytes[segment], count: times).joined())
    bytes.insert(contentsOf: copies, at: target.lowerBound)
  }
}

/// Checksums of a PNG's chunks.
enum PNGChecksums {
  private static let table: [UInt32] = (0..<256).map { start in
    var state = UInt32(start)
    for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0xEDB8_8320 : state >> 1 }
    return state
  }

  /// Makes the checksums right, as far as the chunks can be followed.
  static func repair(_ bytes: inout [UInt8]) {
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard end + 4 <= bytes.count else { return }
      var state = UInt32.max
      for byte in bytes[place + 4..<end] {
        state = state >> 8 ^ table[Int(UInt8(truncatingIfNeeded: state) ^ byte)]
      }
      for index in 0..<4 {
        bytes[end + index] = UInt8(truncatingIfNeeded: ~state >> UInt32(24 - 8 * index))
      }
      place = end + 4
    }
  }
}
