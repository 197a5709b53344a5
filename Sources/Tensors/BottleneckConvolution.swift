/// An inverted bottleneck without squeeze (Sandler et al., MobileNetV2, CVPR 2018; EfficientNet-Lite):
/// 1 × 1 expansion, depthwise k × k convolution, both with ReLU6, then a 1 × 1 projection, and the
/// input added where it has the result's shape.
///
/// The expanded map is the largest of a network, and all that happens to it is cheap: passed through
/// memory layer by layer, it costs more time than its arithmetic. So it never exists as a whole. A
/// wide map goes through row by row, as many expanded rows alive as the kernel is high; a narrow one
/// in slices of channels, whose projections add up.
public struct BottleneckConvolution: Sendable {
  /// Channels of the expanded map that pass through together.
  private struct Slice: Sendable {
    /// Nil where the input is not expanded.
    let expansion: PackedMatrix?
    let expansionBias: Tensor
    let filter: DepthwiseFilter
    let projection: PackedMatrix
  }

  private let slices: [Slice]
  private let projectionBias: Tensor
  private let geometry: BottleneckGeometry
  private let hasResidual: Bool
  /// Channels of the input.
  public let inputs: Int
  /// Channels of the result.
  public var outputs: Int { projectionBias.count }

  /// Weights of the three convolutions, BatchNorm folded in.
  public struct Weights: Sendable {
    /// [inputs, expanded] and [expanded]; nil where the input is not expanded.
    public let expansion: (weight: Tensor, bias: Tensor)?
    /// [kernel · kernel, expanded] and [expanded]; expanded a multiple of sixteen.
    public let depthwise: (weight: Tensor, bias: Tensor)
    /// [expanded, outputs] and [outputs].
    public let projection: (weight: Tensor, bias: Tensor)

    /// Weights of their parts.
    public init(
      expansion: (weight: Tensor, bias: Tensor)?, depthwise: (weight: Tensor, bias: Tensor),
      projection: (weight: Tensor, bias: Tensor)
    ) {
      self.expansion = expansion
      self.depthwise = depthwise
      self.projection = projection
    }
  }

  /// - Parameters:
  ///   - height: rows of the maps it will be applied to.
  ///   - width: their columns.
  ///   - hasResidual: whether the input is added to the result.
  public init(
    _ weights: Weights, kernel: Int, stride: Int, height: Int, width: Int, hasResidual: Bool
  ) {
    let expanded = weights.depthwise.bias.count
    inputs = weights.expansion?.weight.rows ?? expanded
    projectionBias = weights.projection.bias
    precondition(
      (weights.expansion.map { $0.weight.columns == expanded && $0.bias.count == expanded } ?? true)
        && weights.projection.weight.rows == expanded
        && weights.projection.weight.columns == weights.projection.bias.count,
      "a bottleneck of \(expanded) channels, projected by \(weights.projection.weight.shape)")
    geometry = BottleneckGeometry(kernel: kernel, stride: stride, height: height, width: width)
    precondition(
      !hasResidual || stride == 1 && inputs == weights.projection.bias.count,
      "a residual of another shape")
    self.hasResidual = hasResidual
    slices = geometry.slices(ofChannels: expanded).map { channels in
      Slice(
        expansion: weights.expansion.map { PackedMatrix($0.weight[columns: channels]) },
        expansionBias: weights.expansion?.bias[columns: channels] ?? .zeros([0]),
        filter: DepthwiseFilter(
          weight: weights.depthwise.weight[columns: channels],
          bias: weights.depthwise.bias[columns: channels], kernel: kernel, stride: stride),
        projection: PackedMatrix(
          weights.projection.weight[rows: channels]))
    }
  }

  /// - Parameters:
  ///   - input: a map without border, of the size that was announced.
  ///   - output: gets no border.
  ///   - scratch: memory that is reused from call to call.
  public func apply(
    to input: ConvolutionMap, into output: inout ConvolutionMap,
    scratch: inout ConvolutionScratch
  ) {
    let shape = geometry
    precondition(
      input.channels == inputs && input.height == shape.height && input.width == shape.width
        && input.border == .none, "a bottleneck for other maps than \(input.channels) channels")
    output.prepare(
      height: shape.outputHeight, width: shape.outputWidth, channels: outputs, border: .none)
    let widest = slices.map(\.filter.channels).max() ?? 0
    scratch.reserve(shape.rowsAlive * shape.paddedWidth * widest)
    scratch.reserveFiltered(shape.stripHeight * shape.outputWidth * widest)
    output.storage.withMutablePointer { target in
      input.storage.withPointer { source in
        beginSums(target, source)
        scratch.storage.withMutablePointer { rows in
          scratch.filtered.withMutablePointer { filtered in
            for slice in slices { pass(slice, source, rows, filtered, addingTo: target) }
          }
        }
      }
    }
  }

  /// The sums begin with the bias, or with bias and residual.
  private func beginSums(_ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>) {
    projectionBias.withPointer { bias in
      for place in 0..<(geometry.outputHeight * geometry.outputWidth) {
        let sums = target + place * outputs
        if hasResidual {
          let residual = source + place * outputs
          for channel in 0..<outputs { sums[channel] = bias[channel] + residual[channel] }
        } else {
          sums.update(from: bias, count: outputs)
        }
      }
    }
  }

  /// Expands, filters and projects a slice of the channels, strip by strip.
  private func pass(
    _ slice: Slice, _ source: UnsafePointer<Float>, _ rows: UnsafeMutablePointer<Float>,
    _ filtered: UnsafeMutablePointer<Float>, addingTo target: UnsafeMutablePointer<Float>
  ) {
    let shape = geometry
    let channels = slice.filter.channels
    let ring = ExpandedRows(rows, shape, channels: channels)
    ring.clearColumns()
    var ready = 0
    for top in Swift.stride(from: 0, to: shape.outputHeight, by: shape.stripHeight) {
      let height = min(shape.stripHeight, shape.outputHeight - top)
      let end = (top + height - 1) * shape.stride + shape.kernel
      while ready < end {
        expand(slice, row: ready - shape.border.top, source, into: ring[ready])
        ready += 1
      }
      for row in top..<top + height {
        slice.filter.apply(
          toRows: { ring[row * shape.stride + $0] },
          into: filtered + (row - top) * shape.outputWidth * channels, width: shape.outputWidth)
      }
      slice.projection.panels.withPointer { panels in
        PanelProduct(
          left: LeftOperand(filtered, row: channels, inner: 1),
          rows: height * shape.outputWidth, inner: channels, columns: outputs,
          target: target + top * shape.outputWidth * outputs, stride: outputs
        ).run(.packed(panels), keeps: true)
      }
    }
  }

  /// A row of the expanded map, its border left and right aside; zeros outside of the map.
  private func expand(
    _ slice: Slice, row: Int, _ source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let channels = slice.filter.channels
    let width = geometry.width
    let inside = target + geometry.border.left * channels
    guard row >= 0, row < geometry.height else {
      inside.update(repeating: 0, count: width * channels)
      return
    }
    let line = source + row * width * inputs
    guard let expansion = slice.expansion else {
      inside.update(from: line, count: width * channels)
      return
    }
    expansion.panels.withPointer { panels in
      PanelProduct(
        left: LeftOperand(line, row: inputs, inner: 1), rows: width, inner: inputs,
        columns: channels, target: inside, stride: channels
      ).run(.packed(panels), keeps: false, start: slice.expansionBias, activation: .relu6)
    }
  }
}

/// Rows of the expanded map that are alive, in a ring: row r lies where row r − rowsAlive was.
private struct ExpandedRows {
  private let rows: UnsafeMutablePointer<Float>
  private let shape: BottleneckGeometry
  private let channels: Int

  init(_ rows: UnsafeMutablePointer<Float>, _ shape: BottleneckGeometry, channels: Int) {
    (self.rows, self.shape, self.channels) = (rows, shape, channels)
  }

  /// A row with its border, counted from the border's first.
  subscript(row: Int) -> UnsafeMutablePointer<Float> {
    rows + row % shape.rowsAlive * shape.paddedWidth * channels
  }

  /// Zeros the border left and right; nothing else is written there.
  func clearColumns() {
    let left = shape.border.left * channels
    let right = shape.border.right * channels
    for row in 0..<shape.rowsAlive {
      self[row].update(repeating: 0, count: left)
      (self[row] + (shape.paddedWidth * channels - right)).update(repeating: 0, count: right)
    }
  }
}
