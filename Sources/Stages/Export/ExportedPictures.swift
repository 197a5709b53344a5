import Audit
import Fetching
import Imaging
import Pairs

/// The bytes of exported pairs' pictures, as they were fetched or lie on the disk.
struct ExportedPictures {
  /// A picture and how its file is called.
  struct Picture {
    let bytes: [UInt8]
    let ending: String
  }

  /// Why there is no picture to export.
  struct Absence: Error {
    let reason: String
    let detail: String

    init(_ reason: String, _ detail: String) {
      self.reason = reason
      self.detail = detail
    }

    init(_ failure: RowFailure) {
      self.init(failure.reason.rawValue, failure.detail)
    }
  }

  /// A picture is held in memory as a whole.
  private static let mostBytes = 1 << 30

  private let reader: ImageReader

  /// Pictures of a page of pairs.
  ///
  /// - Throws: `PairsError.cannotRead` when a folder of pictures is gone: that is no single pair's
  ///   fault.
  init(of rows: [ExportRow], store: ContentStore) throws {
    reader = try ImageReader(
      for: rows.compactMap(Self.image), maximumBytes: Self.mostBytes, store: store)
  }

  /// The picture of a pair; never another one than was judged.
  func picture(of row: ExportRow) -> Result<Picture, Absence> {
    // A failed pair's picture is no use to anyone, even where there are bytes.
    if row.status == .failed {
      return .failure(
        Absence(row.reason?.rawValue ?? "", row.detail ?? "the pair failed"))
    }
    guard let image = Self.image(of: row) else {
      return .failure(Absence(RowFailure(.missingImage, "the pair names no picture")))
    }
    switch reader.bytes(of: image) {
    case .failure(let thrown): return .failure(Absence(thrown.failure))
    case .success(let bytes): return picture(bytes, of: row)
    }
  }

  private func picture(_ bytes: [UInt8], of row: ExportRow) -> Result<Picture, Absence> {
    if let judged = row.imageSHA256 {
      let found = SHA256Digest(of: bytes).description
      guard found == judged else {
        return .failure(
          Absence(
            LeftOutPairs.changed,
            "\(row.url ?? ""): the picture was changed: its SHA-256 was \(judged), now it is "
              + "\(found)"))
      }
    }
    let format = ImageFormat(recognizing: bytes)
    guard format.isDecodable else {
      return .failure(
        Absence(RowFailure(.unsupportedFormat, "\(row.url ?? ""): \(format.rawValue)")))
    }
    return .success(
      Picture(bytes: bytes, ending: format == .jpeg ? "jpg" : format.rawValue))
  }

  private static func image(of row: ExportRow) -> PendingImage? {
    guard row.status != .failed, let url = row.url, let picture = row.picture else { return nil }
    return PendingImage(
      locationID: 0, url: url, imageRoot: picture.imageRoot, fetched: picture.fetched)
  }
}
