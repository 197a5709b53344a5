/// A k × k convolution over all channels with ReLU6, as products of unfolded patches. Meant for a
/// network's first layer, whose few channels make patches small.
public struct DenseConvolution: Sendable {
  private let weight: PackedMatrix
  private let bias: Tensor
  /// Rows and columns of the kernel.
  public let kernel: Int
  /// Step between results.
  public let stride: Int

  /// - Parameters:
  ///   - weight: [kernel · kernel · inputs, outputs], rows by kernel row, column, then channel;
  ///     outputs a multiple of eight.
  ///   - bias: [outputs].
  public init(weight: Tensor, bias: Tensor, kernel: Int, stride: Int) {
    precondition(
      kernel > 0 && stride > 0 && weight.rank == 2 && bias.count == weight.columns
        && weight.rows.isMultiple(of: kernel * kernel) && bias.count.isMultiple(of: 8),
      "a \(kernel) × \(kernel) convolution of \(weight.shape) with \(bias.count) biases")
    (self.weight, self.bias) = (PackedMatrix(weight), bias)
    (self.kernel, self.stride) = (kernel, stride)
  }

  /// - Parameters:
  ///   - input: a map with the border that the kernel needs.
  ///   - output: gets no border.
  public func apply(
    to input: ConvolutionMap, into output: inout ConvolutionMap, scratch: inout ConvolutionScratch
  ) {
    let patch = weight.inner
    let outputs = weight.columns
    precondition(
      input.channels * kernel * kernel == patch && input.paddedHeight >= kernel
        && input.paddedWidth >= kernel, "a map of \(input.channels) channels for \(patch) weights")
    let height = (input.paddedHeight - kernel) / stride + 1
    let width = (input.paddedWidth - kernel) / stride + 1
    output.prepare(height: height, width: width, channels: outputs, border: .none)
    scratch.reservePatches(width * patch)
    let inputRow = input.paddedWidth * input.channels
    let span = kernel * input.channels
    let step = stride * input.channels
    output.storage.withMutablePointer { target in
      scratch.patches.withMutablePointer { patches in
        input.storage.withPointer { source in
          weight.panels.withPointer { panels in
            for row in 0..<height {
              for kernelRow in 0..<kernel {
                let line = source + (row * stride + kernelRow) * inputRow
                for column in 0..<width {
                  let from = line + column * step
                  let into = patches + column * patch + kernelRow * span
                  for index in 0..<span { into[index] = from[index] }
                }
              }
              PanelProduct(
                left: LeftOperand(patches, row: patch, inner: 1), rows: width, inner: patch,
                columns: outputs, target: target + row * width * outputs, stride: outputs
              ).run(.packed(panels), keeps: false, start: bias, activation: .relu6)
            }
          }
        }
      }
    }
  }
}
