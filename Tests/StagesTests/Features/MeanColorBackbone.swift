import Models
import Synchronization
import Tensors

/// Each region's features are its mean colour, times a factor: quick to make and easy to foretell.
final class MeanColorBackbone: ImageBackbone {
  let dimension = 3
  let inputSize = 12
  let fingerprint: String
  private let factor: Float
  private let pictures = Mutex(0)

  init(fingerprint: String = "mean-color", factor: Float = 1) {
    self.fingerprint = fingerprint
    self.factor = factor
  }

  /// How many pictures it was given.
  var pictureCount: Int { pictures.withLock { $0 } }

  func features(of pictures: [Tensor], grid: Int, workers: Workers) -> Tensor {
    self.pictures.withLock { $0 += pictures.count }
    var elements: [Float] = []
    for picture in pictures {
      let values = picture.elements
      for region in 0..<(grid * grid) {
        let (rows, columns) = (cells(region / grid, of: grid), cells(region % grid, of: grid))
        for channel in 0..<3 {
          var sum: Float = 0
          for y in rows { for x in columns { sum += values[(y * inputSize + x) * 3 + channel] } }
          elements.append(factor * sum / Float(rows.count * columns.count))
        }
      }
    }
    return Tensor(elements, shape: [pictures.count, grid * grid, 3])
  }

  private func cells(_ index: Int, of grid: Int) -> Range<Int> {
    (index * inputSize / grid)..<max((index + 1) * inputSize / grid, index * inputSize / grid + 1)
  }
}
