import Audit
import Fetching
import Logging
import Pairs

extension RowFailure {
  /// What a line of the log tells of a pair that failed as it was read.
  func metadata(ofLine row: ManifestRow, in source: SourceRecord) -> Logger.Metadata {
    metadata([
      "source": "\(source.description.path)", "line": .stringConvertible(row.lineNumber),
      "key": "\(row.key)",
    ])
  }

  /// What a line of the log tells of a location that failed, and with it all pairs that name it.
  ///
  /// - Parameters:
  ///   - location: Its number, as in `fetch_audit`.
  ///   - url: What names it, where that is known.
  func metadata(ofLocation location: Int64, url: String? = nil) -> Logger.Metadata {
    var place: Logger.Metadata = ["location": .stringConvertible(location)]
    if let url { place["url"] = "\(url)" }
    return metadata(place)
  }

  private func metadata(_ place: Logger.Metadata) -> Logger.Metadata {
    place.merging(["reason": "\(reason.rawValue)", "detail": "\(detail)"]) { $1 }
  }
}

extension IngestLine {
  /// Why the line is no pair that can be used, or came without its picture; nil for all others.
  var anyFailure: RowFailure? {
    if case .failure(let thrown)? = delivery?.result { return thrown.failure }
    return failure
  }
}
