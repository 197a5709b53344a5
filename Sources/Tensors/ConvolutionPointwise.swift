import COpenBLAS

/// A 1 × 1 convolution: one product per picture, in tiles that stay in the cache until bias,
/// activation and residual are applied.
public struct PointwiseConvolution: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let activation: ConvolutionActivation

  /// - Parameters:
  ///   - weight: [inputs, outputs]; outputs a multiple of eight.
  ///   - bias: [outputs].
  public init(weight: Tensor, bias: Tensor, activation: ConvolutionActivation) {
    precondition(
      weight.rank == 2 && bias.count == weight.columns
        && weight.columns.isMultiple(of: convolutionLanes),
      "a 1 × 1 convolution of \(weight.shape) with \(bias.count) biases")
    (self.weight, self.bias, self.activation) = (weight, bias, activation)
  }

  /// Number of channels that come in.
  public var inputs: Int { weight.rows }
  /// Number of channels that go out.
  public var outputs: Int { weight.columns }

  /// - Parameters:
  ///   - input: a map without border.
  ///   - residual: a map without border, as large as the result, to be added to it; only without
  ///     activation.
  ///   - border: zeros to leave round the result.
  ///   - scratch: memory that is reused from call to call.
  public func apply(
    to input: ConvolutionMap, adding residual: ConvolutionMap? = nil,
    border: ConvolutionBorder = .none, into output: inout ConvolutionMap,
    scratch: inout ConvolutionScratch
  ) {
    precondition(
      input.channels == inputs && input.border == .none,
      "a 1 × 1 convolution of \(inputs) channels on a map of \(input.channels)")
    if let residual {
      precondition(
        activation == .none && border == .none && residual.border == .none
          && residual.channels == outputs && residual.height == input.height
          && residual.width == input.width, "a residual of another shape")
    }
    output.prepare(
      height: input.height, width: input.width, channels: outputs, border: border)
    let tilePlaces = max(ConvolutionScratch.tileCount / outputs, ConvolutionScratch.tilePlaces)
    let tileRows = min(input.height, max(1, tilePlaces / input.width))
    scratch.reserve(tileRows * input.width * outputs)
    _ = singleThreadedBLAS
    let isBordered = border != .none
    let (start, stride) = (output.start, output.paddedWidth * outputs)
    let (height, width) = (input.height, input.width)
    output.storage.withMutablePointer { target in
      scratch.storage.withMutablePointer { tile in
        input.storage.withPointer { source in
          weight.withPointer { weights in
            bias.withPointer { biases in
              for top in Swift.stride(from: 0, to: height, by: tileRows) {
                let rows = min(tileRows, height - top)
                let sums = isBordered ? tile : target + top * width * outputs
                cblas_sgemm(
                  CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows * width),
                  blasint(outputs), blasint(inputs), 1, source + top * width * inputs,
                  blasint(inputs), weights, blasint(outputs), 0, sums, blasint(outputs))
                if isBordered {
                  for row in 0..<rows {
                    finishConvolution(
                      tile + row * width * outputs, bias: biases, residual: nil, activation,
                      places: width, channels: outputs, into: target + start + (top + row) * stride)
                  }
                } else {
                  let places = rows * width
                  guard let residual else {
                    finishConvolution(
                      sums, bias: biases, residual: nil, activation, places: places,
                      channels: outputs, into: sums)
                    continue
                  }
                  residual.storage.withPointer { added in
                    finishConvolution(
                      sums, bias: biases, residual: added + top * width * outputs, activation,
                      places: places, channels: outputs, into: sums)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}

/// Working memory of one thread's convolutions.
public struct ConvolutionScratch: Sendable {
  /// Floats of a tile: 128 KiB, so that it stays in the second-level cache.
  static let tileCount = 32 * 1024
  /// Fewest places of a tile: below, packing the weights would cost more than the cache saves.
  static let tilePlaces = 200
  var storage = Tensor.zeros([0])
  var patches = Tensor.zeros([0])

  /// Nothing reserved yet.
  public init() {}

  mutating func reserve(_ count: Int) {
    if storage.count < count { storage = Tensor(uninitializedShape: [count]) }
  }

  mutating func reservePatches(_ count: Int) {
    if patches.count < count { patches = Tensor(uninitializedShape: [count]) }
  }
}
