import Audit
import Foundation
import Pairs

extension Workspace {
  /// Whether the workspace's features came precomputed.
  var hasPrecomputedFeatures: Bool { FileManager.default.fileExists(atPath: precomputedPath) }

  /// Whether pictures were featurized in the workspace.
  var hasFeaturizedImages: Bool { FileManager.default.fileExists(atPath: featurizerPath) }

  /// What the workspace's images are, decided once: by the features that are there, before any by
  /// the first pair. nil in a workspace without pairs.
  func imageKind(in database: AuditDatabase) throws -> ImageKind? {
    if let kind = kindOfFeatures { return kind }
    return try database.firstImageURL().flatMap(ImageKind.init(ofURL:))
  }

  /// What the workspace's images are, read beside any writer.
  func imageKind() throws -> ImageKind? {
    if let kind = kindOfFeatures { return kind }
    // A database that is yet to be made or brought up to date says nothing beforehand.
    guard try AuditDatabase.isReadable(databaseAt: databasePath) else { return nil }
    let database = try openDatabase(.reading)
    let kind = try imageKind(in: database)
    try database.close()
    return kind
  }

  private var kindOfFeatures: ImageKind? {
    if hasPrecomputedFeatures { return .precomputed }
    return hasFeaturizedImages ? .pictures : nil
  }
}
