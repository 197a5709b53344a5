import Audit

/// Keeps the audit's groups of nearly identical images in step with the images. Memory: at most 28
/// bytes an image, 8 for its number beside those of `HammingGroups`.
struct NearGroups {
  let database: AuditDatabase
  /// In how many of 64 bits the perceptual hashes of neighbours may differ.
  let radius: Int

  /// Makes the groups anew unless those that are stored are of this radius and of these images.
  ///
  /// - Returns: How many images there are that another looks nearly like.
  func update() throws -> Int {
    let grouping = AuditDatabase.NearGrouping(
      radius: radius, images: try database.hashedImageCount())
    if try database.nearGrouping() == grouping { return try database.nearImageCount() }
    var hashes: [UInt64] = []
    var images: [Int64] = []
    hashes.reserveCapacity(grouping.images)
    images.reserveCapacity(grouping.images)
    try database.forEachHashedImage { image in
      hashes.append(image.hash)
      images.append(image.imageID)
    }
    let groups = HammingGroups(consume hashes, radius: radius)
    var members = [UInt32](repeating: 0, count: images.count)
    for first in groups.firstOfGroup { members[Int(first)] += 1 }
    let shared = groups.firstOfGroup.enumerated().lazy
      .filter { members[Int($0.element)] > 1 }
      .map { (image: images[$0.offset], first: images[Int($0.element)]) }
    try database.storeNearGroups(shared, grouping)
    return try database.nearImageCount()
  }
}
