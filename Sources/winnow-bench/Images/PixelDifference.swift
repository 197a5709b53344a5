import Imaging

/// How far pictures are from others of the same: of all channels of all pixels, in 1/255.
struct PixelDifference: Codable, Equatable {
  /// The work that made the pictures.
  let work: ImageWork
  let mean: Double
  let maximum: Int

  enum CodingKeys: String, CodingKey {
    case work
    case mean
    case maximum
  }

  init(work: ImageWork, mean: Double, maximum: Int) {
    self.work = work
    self.mean = mean
    self.maximum = maximum
  }

  /// - Parameter images: as many as `others`, of the same sizes.
  init(of images: [RGBImage], from others: [RGBImage], work: ImageWork) {
    var sum = 0
    var count = 0
    var largest = 0
    for (image, other) in zip(images, others) {
      precondition(
        image.width == other.width && image.height == other.height, "pictures of two sizes")
      for (first, second) in zip(image.pixels, other.pixels) {
        let difference = abs(Int(first) - Int(second))
        sum += difference
        largest = max(largest, difference)
      }
      count += image.pixels.count
    }
    self.init(work: work, mean: Double(sum) / Double(max(1, count)), maximum: largest)
  }
}
