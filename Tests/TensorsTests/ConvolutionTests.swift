import TestSupport
import Testing

@testable import Tensors

/// Every kernel against sums written out.
@Suite struct ConvolutionTests {
  func ramp(_ shape: [Int], step: Int = 37) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { Float($0 * step % 101) / 50 - 1 }, shape: shape)
  }

  func relu6(_ value: Float) -> Float { min(max(value, 0), 6) }

  func largestDifference(_ left: Tensor, _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left.elements, right).map { abs($0 - $1) }.max() ?? 0
  }

  /// k × k sums of each channel by itself, with zeros round the map: [outputs, channels].
  private func depthwise(
    _ input: Tensor, _ weight: Tensor, _ bias: Tensor, kernel: Int, stride: Int
  ) -> Tensor {
    let (height, width, channels) = (input.shape[0], input.shape[1], input.shape[2])
    let border = ConvolutionBorder.same(
      kernel: kernel, stride: stride, height: height, width: width)
    let (outputHeight, outputWidth) = (
      (height + stride - 1) / stride, (width + stride - 1) / stride
    )
    var sums: [Float] = []
    for row in 0..<outputHeight {
      for column in 0..<outputWidth {
        for channel in 0..<channels {
          var sum = bias[channel]
          for tap in 0..<(kernel * kernel) {
            let y = row * stride + tap / kernel - border.top
            let x = column * stride + tap % kernel - border.left
            guard y >= 0, y < height, x >= 0, x < width else { continue }
            sum += input[(y * width + x) * channels + channel] * weight[tap, channel]
          }
          sums.append(relu6(sum))
        }
      }
    }
    return Tensor(sums, shape: [outputHeight, outputWidth, channels])
  }

  private func pointwise(_ input: Tensor, _ weight: Tensor, _ bias: Tensor) -> Tensor {
    let sums = naiveProduct(input.reshaped([input.rows, input.columns]), weight)
    return sums.adding(Tensor(repeatingRow: bias, rows: sums.rows))
      .reshaped(input.shape.dropLast() + [bias.count])
  }

  /// Narrow maps pass in slices of 96 channels, the last of 48; wide ones row by row.
  @Test(
    arguments: [(3, 1), (3, 2), (5, 1), (5, 2), (1, 1), (7, 3)],
    [(7, 7), (9, 14), (3, 2), (6, 5), (5, 28), (4, 61)])
  func bottleneckEqualsTheSums(_ filter: (kernel: Int, stride: Int), _ size: (Int, Int)) {
    var scratch = ConvolutionScratch()
    let (inputs, expanded) = (16, 144)
    for isExpanded in [true, false] {
      let channels = isExpanded ? expanded : inputs
      let input = ramp([size.0, size.1, inputs])
      let expansion = (weight: ramp([inputs, expanded], step: 29), bias: ramp([expanded], step: 7))
      let middle = (
        weight: ramp([filter.kernel * filter.kernel, channels], step: 53),
        bias: ramp([channels], step: 11)
      )
      let hasResidual = filter.stride == 1
      let outputs = hasResidual ? inputs : 40
      let projection = (
        weight: ramp([channels, outputs], step: 17), bias: ramp([outputs], step: 13)
      )
      var output = ConvolutionMap()
      BottleneckConvolution(
        BottleneckConvolution.Weights(
          expansion: isExpanded ? expansion : nil, depthwise: middle, projection: projection),
        kernel: filter.kernel, stride: filter.stride, height: size.0, width: size.1,
        hasResidual: hasResidual
      ).apply(to: ConvolutionMap(input), into: &output, scratch: &scratch)

      var map = input
      if isExpanded {
        let sums = pointwise(input, expansion.weight, expansion.bias)
        map = Tensor(sums.elements.map(relu6), shape: sums.shape)
      }
      map = depthwise(
        map, middle.weight, middle.bias, kernel: filter.kernel, stride: filter.stride)
      map = pointwise(map, projection.weight, projection.bias)
      if hasResidual { map.add(input) }
      assertClose(output.tensor, map, within: Tolerance(absolute: 1e-5, relativeToLargest: 1e-6))
    }
  }

  @Test func pointwiseAddsTheBias() {
    let input = ramp([70, 5, 16])
    let weight = ramp([16, 128], step: 53)
    let bias = ramp([128], step: 11)
    var output = ConvolutionMap()
    PointwiseConvolution(weight: weight, bias: bias).apply(to: ConvolutionMap(input), into: &output)
    let expected = pointwise(input, weight, bias).elements.map(relu6)
    #expect(largestDifference(output.tensor, expected) < 1e-5)
  }

  @Test func denseEqualsTheSums() {
    let (side, inputs, outputs, kernel, stride) = (9, 3, 8, 3, 2)
    let input = ramp([side, side, inputs])
    let weight = ramp([kernel * kernel * inputs, outputs], step: 53)
    let bias = ramp([outputs], step: 11)
    let border = ConvolutionBorder.same(
      kernel: kernel, stride: stride, height: side, width: side)
    var output = ConvolutionMap()
    var scratch = ConvolutionScratch()
    DenseConvolution(weight: weight, bias: bias, kernel: kernel, stride: stride)
      .apply(to: ConvolutionMap(input, border: border), into: &output, scratch: &scratch)
    var expected: [Float] = []
    for row in 0..<5 {
      for column in 0..<5 {
        for channel in 0..<outputs {
          var sum = bias[channel]
          for tap in 0..<(kernel * kernel) {
            let y = row * stride + tap / kernel - border.top
            let x = column * stride + tap % kernel - border.left
            guard y >= 0, y < side, x >= 0, x < side else { continue }
            for from in 0..<inputs {
              sum +=
                input[(y * side + x) * inputs + from] * weight[tap * inputs + from, channel]
            }
          }
          expected.append(relu6(sum))
        }
      }
    }
    #expect(largestDifference(output.tensor, expected) < 1e-5)
  }

  @Test func sameBordersAreTensorFlows() {
    #expect(
      ConvolutionBorder.same(kernel: 3, stride: 2, height: 224, width: 225)
        == ConvolutionBorder(top: 0, left: 1, bottom: 1, right: 1))
    #expect(
      ConvolutionBorder.same(kernel: 5, stride: 2, height: 14, width: 7)
        == ConvolutionBorder(top: 1, left: 2, bottom: 2, right: 2))
    #expect(ConvolutionBorder.same(kernel: 1, stride: 2, height: 8, width: 8) == .none)
  }

  @Test func adaptiveAveragesCoverOverlappingWindows() {
    let map = ConvolutionMap(Tensor((0..<9).map { Float($0) }, shape: [3, 3, 1]))
    #expect(map.adaptivelyAveraged(grid: 2).elements == [2, 3, 5, 6])
    #expect(map.adaptivelyAveraged(grid: 1).elements == [4])
    #expect(map.adaptivelyAveraged(grid: 3).elements == map.tensor.elements)
    #expect(map.adaptivelyAveraged(grid: 4).shape == [16, 1])
  }
}
