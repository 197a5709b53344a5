import COpenBLAS

/// A k × k convolution over all channels, as products of unfolded patches. Meant for a network's
/// first layer, whose few channels make patches small.
public struct DenseConvolution: Sendable {
  private let weight: Tensor
  private let bias: Tensor
  private let activation: ConvolutionActivation
  /// Rows and columns of the kernel.
  public let kernel: Int
  /// Step between results.
  public let stride: Int

  /// - Parameters:
  ///   - weight: [kernel · kernel · inputs, outputs], rows by kernel row, column, then channel;
  ///     outputs a multiple of eight.
  ///   - bias: [outputs].
  public init(
    weight: Tensor, bias: Tensor, kernel: Int, stride: Int, activation: ConvolutionActivation
  ) {
    precondition(
      kernel > 0 && stride > 0 && weight.rank == 2 && bias.count == weight.columns
        && weight.rows.isMultiple(of: kernel * kernel)
        && weight.columns.isMultiple(of: convolutionLanes),
      "a \(kernel) × \(kernel) convolution of \(weight.shape) with \(bias.count) biases")
    (self.weight, self.bias, self.activation) = (weight, bias, activation)
    (self.kernel, self.stride) = (kernel, stride)
  }

  /// - Parameters:
  ///   - input: a map with the border that the kernel needs.
  ///   - border: zeros to leave round the result.
  public func apply(
    to input: ConvolutionMap, border: ConvolutionBorder, into output: inout ConvolutionMap,
    scratch: inout ConvolutionScratch
  ) {
    let patch = weight.rows
    let outputs = weight.columns
    precondition(
      input.channels * kernel * kernel == patch && input.paddedHeight >= kernel
        && input.paddedWidth >= kernel, "a map of \(input.channels) channels for \(patch) weights")
    let height = (input.paddedHeight - kernel) / stride + 1
    let width = (input.paddedWidth - kernel) / stride + 1
    output.prepare(height: height, width: width, channels: outputs, border: border)
    scratch.reserve(width * outputs)
    scratch.reservePatches(width * patch)
    _ = singleThreadedBLAS
    let (start, outputRow) = (output.start, output.paddedWidth * outputs)
    let inputRow = input.paddedWidth * input.channels
    let span = kernel * input.channels
    let step = stride * input.channels
    output.storage.withMutablePointer { target in
      scratch.storage.withMutablePointer { sums in
        scratch.patches.withMutablePointer { patches in
          input.storage.withPointer { source in
            weight.withPointer { weights in
              bias.withPointer { biases in
                for row in 0..<height {
                  for kernelRow in 0..<kernel {
                    let line = source + (row * stride + kernelRow) * inputRow
                    for column in 0..<width {
                      let from = line + column * step
                      let into = patches + column * patch + kernelRow * span
                      for index in 0..<span { into[index] = from[index] }
                    }
                  }
                  cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(width), blasint(outputs),
                    blasint(patch), 1, patches, blasint(patch), weights, blasint(outputs), 0,
                    sums, blasint(outputs))
                  finishConvolution(
                    sums, bias: biases, residual: nil, activation, places: width,
                    channels: outputs, into: target + start + row * outputRow)
                }
              }
            }
          }
        }
      }
    }
  }
}
