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

  @Test(arguments: [(3, 1), (3, 2), (5, 1), (5, 2), (1, 1), (7, 3)])
  func depthwiseEqualsTheSums(kernel: Int, stride: Int) {
    let channels = 24
    for (height, width) in [(7, 7), (9, 14), (3, 2), (6, 5)] {
      let input = ramp([height, width, channels])
      let weight = ramp([kernel * kernel, channels], step: 53)
      let bias = ramp([channels], step: 11)
      let border = ConvolutionBorder.same(
        kernel: kernel, stride: stride, height: height, width: width)
      var output = ConvolutionMap()
      DepthwiseConvolution(
        weight: weight, bias: bias, kernel: kernel, stride: stride, activation: .relu6
      ).apply(to: ConvolutionMap(input, border: border), into: &output)
      var expected: [Float] = []
      for row in 0..<((height + stride - 1) / stride) {
        for column in 0..<((width + stride - 1) / stride) {
          for channel in 0..<channels {
            var sum = bias[channel]
            for tap in 0..<(kernel * kernel) {
              let y = row * stride + tap / kernel - border.top
              let x = column * stride + tap % kernel - border.left
              guard y >= 0, y < height, x >= 0, x < width else { continue }
              sum += input[(y * width + x) * channels + channel] * weight[tap, channel]
            }
            expected.append(relu6(sum))
          }
        }
      }
      #expect(largestDifference(output.tensor, expected) < 1e-5)
    }
  }

  @Test func pointwiseAddsBiasResidualAndBorder() {
    var scratch = ConvolutionScratch()
    let (height, width, inputs, outputs) = (70, 5, 16, 128)
    let input = ramp([height, width, inputs])
    let weight = ramp([inputs, outputs], step: 53)
    let bias = ramp([outputs], step: 11)
    let residual = ramp([height, width, outputs], step: 7)
    var sums = Tensor.product(input, .asStored, weight).elements
    for index in sums.indices { sums[index] += bias[index % outputs] }
    var output = ConvolutionMap()
    PointwiseConvolution(weight: weight, bias: bias, activation: .none).apply(
      to: ConvolutionMap(input), adding: ConvolutionMap(residual), into: &output,
      scratch: &scratch)
    #expect(
      largestDifference(output.tensor, zip(sums, residual.elements).map { $0 + $1 }) < 1e-5)
    let border = ConvolutionBorder(top: 1, left: 2, bottom: 0, right: 1)
    PointwiseConvolution(weight: weight, bias: bias, activation: .relu6).apply(
      to: ConvolutionMap(input), border: border, into: &output, scratch: &scratch)
    #expect(largestDifference(output.tensor, sums.map(relu6)) < 1e-5)
    let stored = Array(output.storage.elements.prefix(output.paddedCount))
    let inside = output.tensor.elements.reduce(0, +)
    #expect(abs(stored.reduce(0, +) - inside) < 1e-3 * abs(inside), "the border is not zero")
    #expect(stored[..<output.start].allSatisfy { $0 == 0 })
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
    DenseConvolution(weight: weight, bias: bias, kernel: kernel, stride: stride, activation: .none)
      .apply(
        to: ConvolutionMap(input, border: border), border: .none, into: &output,
        scratch: &scratch)
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
          expected.append(sum)
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
