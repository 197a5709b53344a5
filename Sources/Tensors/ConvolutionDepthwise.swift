/// A k × k convolution of each channel by itself, channels last.
public struct DepthwiseConvolution: Sendable {
  /// [channel blocks, kernel · kernel, 8]: a block's weights lie together.
  private let weight: Tensor
  private let bias: Tensor
  private let activation: ConvolutionActivation
  /// Rows and columns of the kernel.
  public let kernel: Int
  /// Step between results.
  public let stride: Int

  /// Number of channels.
  public var channels: Int { bias.count }

  /// - Parameters:
  ///   - weight: [kernel · kernel, channels]; channels a multiple of eight.
  ///   - bias: [channels].
  public init(
    weight: Tensor, bias: Tensor, kernel: Int, stride: Int, activation: ConvolutionActivation
  ) {
    precondition(
      kernel > 0 && stride > 0 && weight.rank == 2 && weight.rows == kernel * kernel
        && weight.columns == bias.count && bias.count.isMultiple(of: convolutionLanes),
      "a depthwise \(kernel) × \(kernel) convolution of \(weight.shape)")
    let channels = bias.count
    let taps = kernel * kernel
    self.weight = Tensor(shape: [channels / convolutionLanes, taps, convolutionLanes]) { target in
      weight.withPointer { source in
        for channel in 0..<channels {
          let (block, lane) = channel.quotientAndRemainder(dividingBy: convolutionLanes)
          for tap in 0..<taps {
            target[(block * taps + tap) * convolutionLanes + lane] =
              source[tap * channels + channel]
          }
        }
      }
    }
    (self.bias, self.activation) = (bias, activation)
    (self.kernel, self.stride) = (kernel, stride)
  }

  /// - Parameters:
  ///   - input: a map with the border that the kernel needs.
  ///   - output: gets no border.
  public func apply(to input: ConvolutionMap, into output: inout ConvolutionMap) {
    precondition(
      input.channels == channels && input.paddedHeight >= kernel && input.paddedWidth >= kernel,
      "a depthwise convolution of \(channels) channels on a map of \(input.channels)")
    let height = (input.paddedHeight - kernel) / stride + 1
    let width = (input.paddedWidth - kernel) / stride + 1
    output.prepare(height: height, width: width, channels: channels, border: .none)
    let inputRow = input.paddedWidth * channels
    output.storage.withMutablePointer { target in
      input.storage.withPointer { source in
        weight.withPointer { weights in
          bias.withPointer { biases in
            for row in 0..<height {
              for channel in Swift.stride(from: 0, to: channels, by: convolutionLanes) {
                let line = DepthwiseLine(
                  source: source + row * stride * inputRow + channel, sourceRow: inputRow,
                  channels: channels, weights: weights + channel * kernel * kernel,
                  bias: ConvolutionVector(at: biases + channel),
                  target: target + row * width * channels + channel, width: width,
                  isClipped: activation == .relu6)
                switch (kernel, stride) {
                case (3, 1): line.run(kernel: 3, stride: 1)
                case (3, 2): line.run(kernel: 3, stride: 2)
                case (5, 1): line.run(kernel: 5, stride: 1)
                case (5, 2): line.run(kernel: 5, stride: 2)
                default: line.runAny(kernel: kernel, stride: stride)
                }
              }
            }
          }
        }
      }
    }
  }
}

/// One row of results for one block of channels.
private struct DepthwiseLine {
  let source: UnsafePointer<Float>
  let sourceRow: Int
  let channels: Int
  let weights: UnsafePointer<Float>
  let bias: ConvolutionVector
  let target: UnsafeMutablePointer<Float>
  let width: Int
  let isClipped: Bool

  @inline(__always)
  func run(kernel: Int, stride: Int) {
    guard width >= 4 else { return runAny(kernel: kernel, stride: stride) }
    var column = 0
    while column < width {
      // The last group of four overlaps the one before rather than leaving single places.
      let first = min(column, width - 4)
      four(from: first, kernel: kernel, stride: stride)
      column += 4
    }
  }

  /// Four neighbouring results share each weight.
  @inline(__always)
  private func four(from first: Int, kernel: Int, stride: Int) {
    var (sum0, sum1, sum2, sum3) = (bias, bias, bias, bias)
    let step = stride * channels
    for kernelRow in 0..<kernel {
      let line = source + kernelRow * sourceRow + first * step
      let tap = weights + kernelRow * kernel * convolutionLanes
      for kernelColumn in 0..<kernel {
        let weight = ConvolutionVector(at: tap + kernelColumn * convolutionLanes)
        let place = line + kernelColumn * channels
        sum0.addProduct(weight, ConvolutionVector(at: place))
        sum1.addProduct(weight, ConvolutionVector(at: place + step))
        sum2.addProduct(weight, ConvolutionVector(at: place + 2 * step))
        sum3.addProduct(weight, ConvolutionVector(at: place + 3 * step))
      }
    }
    let result = target + first * channels
    (isClipped ? sum0.relu6 : sum0).store(at: result)
    (isClipped ? sum1.relu6 : sum1).store(at: result + channels)
    (isClipped ? sum2.relu6 : sum2).store(at: result + 2 * channels)
    (isClipped ? sum3.relu6 : sum3).store(at: result + 3 * channels)
  }

  func runAny(kernel: Int, stride: Int) {
    for column in 0..<width {
      var sum = bias
      for kernelRow in 0..<kernel {
        let line = source + kernelRow * sourceRow + column * stride * channels
        for kernelColumn in 0..<kernel {
          let tap = weights + (kernelRow * kernel + kernelColumn) * convolutionLanes
          sum.addProduct(
            ConvolutionVector(at: tap), ConvolutionVector(at: line + kernelColumn * channels))
        }
      }
      (isClipped ? sum.relu6 : sum).store(at: target + column * channels)
    }
  }
}
