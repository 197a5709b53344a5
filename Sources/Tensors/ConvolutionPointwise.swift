/// A 1 × 1 convolution with ReLU6: one product per picture.
public struct PointwiseConvolution: Sendable {
  private let weight: PackedMatrix
  private let bias: Tensor

  /// - Parameters:
  ///   - weight: [inputs, outputs]; outputs a multiple of eight.
  ///   - bias: [outputs].
  public init(weight: Tensor, bias: Tensor) {
    precondition(
      weight.rank == 2 && bias.count == weight.columns && bias.count.isMultiple(of: 8),
      "a 1 × 1 convolution of \(weight.shape) with \(bias.count) biases")
    (self.weight, self.bias) = (PackedMatrix(weight), bias)
  }

  /// - Parameters:
  ///   - input: a map without border.
  ///   - output: gets no border.
  public func apply(to input: ConvolutionMap, into output: inout ConvolutionMap) {
    precondition(
      input.channels == weight.inner && input.border == .none,
      "a 1 × 1 convolution of \(weight.inner) channels on a map of \(input.channels)")
    output.prepare(
      height: input.height, width: input.width, channels: weight.columns, border: .none)
    output.storage.withMutablePointer { target in
      input.storage.withPointer { source in
        weight.panels.withPointer { panels in
          PanelProduct(
            left: LeftOperand(source, row: weight.inner, inner: 1),
            rows: input.height * input.width, inner: weight.inner, columns: weight.columns,
            target: target, stride: weight.columns
          ).run(.packed(panels), keeps: false, start: bias, activation: .relu6)
        }
      }
    }
  }
}
