import Tensors

/// Recall at 1, 5 and 10, in percent, of images finding their captions and captions their image.
public struct RetrievalMetrics: Sendable, Codable, Equatable {
  /// R@1, R@5, R@10 of images looking for a caption of theirs.
  public let imageToText: [Double]
  /// R@1, R@5, R@10 of captions looking for their image.
  public let textToImage: [Double]
  /// Number of images that were searched.
  public let images: Int
  /// Number of captions that were searched.
  public let captions: Int

  enum CodingKeys: String, CodingKey {
    case imageToText = "image_to_text"
    case textToImage = "text_to_image"
    case images
    case captions
  }

  /// The depths at which recall is measured.
  public static let depths = [1, 5, 10]

  /// The sum of all six recalls.
  public var sum: Double { imageToText.reduce(0, +) + textToImage.reduce(0, +) }

  /// - Parameters:
  ///   - similarities: [images, captions].
  ///   - imageOfCaption: the image each caption belongs to: [captions].
  ///
  /// Ties rank the true item last, and so does what is not a number.
  public init(_ similarities: Tensor, imageOfCaption: [Int]) {
    let captionCount = imageOfCaption.count
    let imageCount = similarities.rows
    precondition(similarities.columns == captionCount, "a column for each caption")
    let values = similarities.elements

    var imageRanks = [Int](repeating: Int.max, count: imageCount)
    var captionsOfImage = [[Int]](repeating: [], count: imageCount)
    for (caption, image) in imageOfCaption.enumerated() { captionsOfImage[image].append(caption) }
    for image in 0..<imageCount {
      guard
        let best = captionsOfImage[image].map({ values[image * captionCount + $0] }).max()
      else { continue }
      var rank = 0
      for caption in 0..<captionCount
      where imageOfCaption[caption] != image && !(values[image * captionCount + caption] < best) {
        rank += 1
      }
      imageRanks[image] = rank
    }
    let captionRanks = (0..<captionCount).map { caption in
      let own = values[imageOfCaption[caption] * captionCount + caption]
      var rank = 0
      for image in 0..<imageCount
      where image != imageOfCaption[caption] && !(values[image * captionCount + caption] < own) {
        rank += 1
      }
      return rank
    }
    let asked = imageRanks.filter { $0 != Int.max }
    imageToText = Self.recalls(asked)
    textToImage = Self.recalls(captionRanks)
    images = imageCount
    captions = captionCount
  }

  private static func recalls(_ ranks: [Int]) -> [Double] {
    depths.map { depth in
      100 * Double(ranks.count { $0 < depth }) / Double(max(ranks.count, 1))
    }
  }
}
