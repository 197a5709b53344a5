/// How a bottleneck goes through maps of one size.
struct BottleneckGeometry: Sendable {
  let kernel: Int
  let stride: Int
  let height: Int
  let width: Int
  let border: ConvolutionBorder
  /// Rows of results that are made together.
  let stripHeight: Int
  private let slicesChannels: Bool

  /// From this width on, a row has places enough for the weights to be read once for each row.
  private static let wide = 28
  /// Channels of a slice: a narrow map's slice then stays in the second-level cache.
  private static let sliceChannels = 96

  init(kernel: Int, stride: Int, height: Int, width: Int) {
    precondition(
      kernel > 0 && stride > 0 && kernel >= stride && height > 0 && width > 0,
      "a \(kernel) × \(kernel) convolution with stride \(stride) on \(height) × \(width)")
    (self.kernel, self.stride, self.height, self.width) = (kernel, stride, height, width)
    border = .same(kernel: kernel, stride: stride, height: height, width: width)
    slicesChannels = width < Self.wide
    stripHeight = slicesChannels ? (height + stride - 1) / stride : 1
  }

  var outputHeight: Int { (height + stride - 1) / stride }
  var outputWidth: Int { (width + stride - 1) / stride }
  var paddedWidth: Int { border.left + width + border.right }
  /// Rows of the expanded map that a strip reads.
  var rowsAlive: Int { (stripHeight - 1) * stride + kernel }

  /// The channels cut so that what is alive of the expanded map stays near the processor.
  func slices(ofChannels channels: Int) -> [Range<Int>] {
    let length = slicesChannels ? Self.sliceChannels : channels
    return Swift.stride(from: 0, to: channels, by: length).map {
      $0..<min($0 + length, channels)
    }
  }
}
