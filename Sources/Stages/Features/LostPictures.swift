import Audit
import Fetching
import Pairs

/// Stored pictures that are gone or hold something else than what their name says, as after a damage
/// to the disk: no fault of any pair, and nothing that features may be made of.
struct LostPictures {
  let workspace: Workspace
  let database: AuditDatabase
  /// The command that looks at pictures, and is to be given again.
  let command: String

  private static let page = 4096

  /// Looks for all of them that were to be featurized, forgets that they were stored, and stops: once
  /// they are there again, features are made as if nothing had been.
  ///
  /// - Parameters:
  ///   - location: The last of `images`.
  ///   - images: Those among which one was found.
  /// - Throws: `StagesError.damaged`, always.
  func refuse(after location: Int64, _ images: [PendingImage]) throws {
    var lost = images.filter(isLost)
    var last = location
    while true {
      let images = try database.pendingImages(after: last, limit: Self.page)
      guard let end = images.last else { break }
      last = end.locationID
      lost += images.filter(isLost)
    }
    guard let first = lost.first, let digest = first.fetched else { return }
    try database.discardFetches(of: lost.map(\.locationID))
    let isFetched = lost.contains { ImageLocation.remoteURL(of: $0.url) != nil }
    let isDelivered = lost.contains { ImageLocation.remoteURL(of: $0.url) == nil }
    var commands: [String] = []
    if isFetched { commands.append("winnow-fetch") }
    if isDelivered || isFetched {
      commands.append("winnow-ingest of the archives that they came in")
    }
    let count = SummaryTable.grouped(lost.count)
    throw StagesError.damaged(
      path: store.path(of: digest),
      problem:
        "is gone or not what was stored (stored pictures in this state: \(count)); to have them again, "
        + "run \(commands.joined(separator: ", or ")), then \(command)")
  }

  private var store: ContentStore { ContentStore(folder: workspace.imagesPath) }

  private func isLost(_ image: PendingImage) -> Bool {
    guard let digest = image.fetched else { return false }
    return (try? SHA256Digest(ofFileAt: store.path(of: digest))) != digest
  }
}

extension ImageFeaturizer.Finding {
  var isLost: Bool {
    if case .lost = self { true } else { false }
  }
}
