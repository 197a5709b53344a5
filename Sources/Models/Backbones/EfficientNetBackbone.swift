import Foundation
import Layers
import Tensors

/// EfficientNet-Lite up to its last feature map, batch normalisation folded into the convolutions.
public struct EfficientNetBackbone: ImageBackbone {
  /// Which member of the family.
  public let architecture: EfficientNetLite
  /// Architecture and content hash of the weights.
  public let fingerprint: String
  private let stem: DenseConvolution
  private let blocks: [BottleneckConvolution]
  private let head: PointwiseConvolution

  /// Numbers per region: 1280.
  public var dimension: Int { architecture.dimension }
  /// Pixels per side, from 224 for Lite0 to 260 for Lite2.
  public var inputSize: Int { architecture.inputSize }

  /// Reads the weights as PyTorch saved them.
  ///
  /// - Throws: `LayersError` naming the file, and every tensor that is missing, unexpected or of
  ///   another shape. The classifier's `_fc` tensors are expected and not used.
  public init(
    _ architecture: EfficientNetLite, readingWeightsFrom url: URL
  ) throws(LayersError) {
    let data: Data
    do {
      data = try Data(contentsOf: url, options: .mappedIfSafe)
    } catch {
      throw .unreadable(file: url.path, reason: error.localizedDescription)
    }
    try self.init(architecture, weights: data, name: url.path)
  }

  /// Reads the weights from memory.
  ///
  /// - Parameter name: what error messages call the file.
  public init(
    _ architecture: EfficientNetLite, weights data: Data, name: String
  ) throws(LayersError) {
    var loader = EfficientNetLoader(try PyTorchCheckpoint(data, name: name))
    stem = try loader.stem(outputs: architecture.stemChannels)
    var blocks: [BottleneckConvolution] = []
    var side = (architecture.inputSize + stem.stride - 1) / stem.stride
    for (index, block) in architecture.blocks.enumerated() {
      blocks.append(try loader.block(index, block, side: side))
      side = (side + block.stride - 1) / block.stride
    }
    self.blocks = blocks
    let last = architecture.blocks.last?.outputs ?? architecture.stemChannels
    head = try loader.head(inputs: last, outputs: architecture.dimension)
    try loader.finish()
    self.architecture = architecture
    fingerprint = "\(architecture.rawValue)-\(Self.contentHash(data))"
  }

  /// FNV-1a, 64 bits. Tells files apart; who needs proof of origin checks a SHA-256 beforehand.
  private static func contentHash(_ data: Data) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in data { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// See `ImageBackbone`; the pictures are cut among the workers, each of which keeps its maps.
  public func features(of pictures: [Tensor], grid: Int, workers: Workers) -> Tensor {
    // Each thread takes every n-th picture, so that it allocates its maps once.
    let threads = max(1, min(workers.count, pictures.count))
    let parts = Workers(threads).map(threads) { thread in
      var maps = Maps()
      return stride(from: thread, to: pictures.count, by: threads).map { index in
        run(pictures[index], &maps)
        return maps.output.adaptivelyAveraged(grid: grid)
      }
    }
    var elements: [Float] = []
    elements.reserveCapacity(pictures.count * grid * grid * dimension)
    for index in pictures.indices { elements += parts[index % threads][index / threads].elements }
    return Tensor(elements, shape: [pictures.count, grid * grid, dimension])
  }

  /// The last feature map of one picture: [side, side, dimension], side = ⌈inputSize / 32⌉.
  public func featureMap(of picture: Tensor) -> Tensor {
    var maps = Maps()
    run(picture, &maps)
    return maps.output.tensor
  }

  /// One thread's memory.
  private struct Maps {
    var input = ConvolutionMap()
    var current = ConvolutionMap()
    var next = ConvolutionMap()
    var output = ConvolutionMap()
    var scratch = ConvolutionScratch()
  }

  private func run(_ picture: Tensor, _ maps: inout Maps) {
    let side = inputSize
    precondition(picture.shape == [side, side, 3], "a picture of shape \(picture.shape)")
    maps.input.set(
      picture, border: .same(kernel: stem.kernel, stride: stem.stride, height: side, width: side))
    stem.apply(to: maps.input, into: &maps.current, scratch: &maps.scratch)
    for block in blocks {
      block.apply(to: maps.current, into: &maps.next, scratch: &maps.scratch)
      swap(&maps.current, &maps.next)
    }
    head.apply(to: maps.current, into: &maps.output)
  }
}
