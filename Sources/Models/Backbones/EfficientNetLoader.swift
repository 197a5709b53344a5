import Layers
import Tensors

/// Takes an EfficientNet's tensors out of a checkpoint, strictly: each must be there in its shape,
/// and none may be left over.
struct EfficientNetLoader {
  /// As the weights were trained.
  private static let batchNormEpsilon: Float = 1e-3

  private let checkpoint: PyTorchCheckpoint
  private var taken: Set<String> = []

  init(_ checkpoint: PyTorchCheckpoint) { self.checkpoint = checkpoint }

  mutating func stem(outputs: Int) throws(LayersError) -> DenseConvolution {
    let kernel = 3
    let weight = try take("_conv_stem.weight", [outputs, 3, kernel, kernel]).elements
    let norm = try norm("_bn0", outputs)
    let places = kernel * kernel
    var folded: [Float] = []
    for place in 0..<places {
      for input in 0..<3 {
        for output in 0..<outputs {
          folded.append(weight[(output * 3 + input) * places + place] * norm.scale[output])
        }
      }
    }
    return DenseConvolution(
      weight: Tensor(folded, shape: [places * 3, outputs]), bias: Tensor(norm.shift),
      kernel: kernel, stride: 2)
  }

  /// - Parameter side: rows and columns of the maps that the block gets.
  mutating func block(
    _ index: Int, _ block: EfficientNetLite.Block, side: Int
  ) throws(LayersError) -> BottleneckConvolution {
    let prefix = "_blocks.\(index)."
    let expansion =
      block.expansion == 1
      ? nil
      : try pointwise(
        prefix + "_expand_conv", norm: prefix + "_bn0", block.inputs, block.expanded)
    return BottleneckConvolution(
      BottleneckConvolution.Weights(
        expansion: expansion, depthwise: try depthwise(prefix, block),
        projection: try pointwise(
          prefix + "_project_conv", norm: prefix + "_bn2", block.expanded, block.outputs)),
      kernel: block.kernel, stride: block.stride, height: side, width: side,
      hasResidual: block.hasResidual)
  }

  mutating func head(inputs: Int, outputs: Int) throws(LayersError) -> PointwiseConvolution {
    let (weight, bias) = try pointwise("_conv_head", norm: "_bn1", inputs, outputs)
    return PointwiseConvolution(weight: weight, bias: bias)
  }

  /// Refuses whatever has not been taken.
  ///
  /// - Throws: `LayersError.unexpectedTensor` with the nearest name that would have a place.
  func finish() throws(LayersError) {
    for name in checkpoint.names where !taken.contains(name) {
      if name == "_fc.weight" || name == "_fc.bias" { continue }
      throw .unexpectedTensor(
        file: checkpoint.name, name: name, nearest: NearestTensorName.to(name, among: taken))
    }
  }

  private mutating func take(_ name: String, _ shape: [Int]) throws(LayersError) -> Tensor {
    taken.insert(name)
    let tensor = try checkpoint.tensor(name, shape: shape)
    guard tensor.isFinite else { throw .notFinite(file: checkpoint.name, name: name) }
    return tensor
  }

  private mutating func pointwise(
    _ name: String, norm normName: String, _ inputs: Int, _ outputs: Int
  ) throws(LayersError) -> (weight: Tensor, bias: Tensor) {
    let weight = try take(name + ".weight", [outputs, inputs, 1, 1]).elements
    let norm = try norm(normName, outputs)
    var folded: [Float] = []
    folded.reserveCapacity(weight.count)
    for input in 0..<inputs {
      for output in 0..<outputs {
        folded.append(weight[output * inputs + input] * norm.scale[output])
      }
    }
    return (Tensor(folded, shape: [inputs, outputs]), Tensor(norm.shift))
  }

  private mutating func depthwise(
    _ prefix: String, _ block: EfficientNetLite.Block
  ) throws(LayersError) -> (weight: Tensor, bias: Tensor) {
    let channels = block.expanded
    let places = block.kernel * block.kernel
    let weight = try take(
      prefix + "_depthwise_conv.weight", [channels, 1, block.kernel, block.kernel]
    ).elements
    let norm = try norm(prefix + "_bn1", channels)
    var folded: [Float] = []
    for place in 0..<places {
      for channel in 0..<channels {
        folded.append(weight[channel * places + place] * norm.scale[channel])
      }
    }
    return (Tensor(folded, shape: [places, channels]), Tensor(norm.shift))
  }

  /// y = scale · x + shift with the running statistics.
  private mutating func norm(
    _ name: String, _ channels: Int
  ) throws(LayersError) -> (scale: [Float], shift: [Float]) {
    let weight = try take(name + ".weight", [channels]).elements
    let bias = try take(name + ".bias", [channels]).elements
    let mean = try take(name + ".running_mean", [channels]).elements
    let variance = try take(name + ".running_var", [channels]).elements
    // Counts training steps; nothing to compute with.
    let counter = name + ".num_batches_tracked"
    taken.insert(counter)
    let found = try checkpoint.shape(of: counter)
    guard found.isEmpty else {
      throw .wrongShape(file: checkpoint.name, name: counter, expected: [], found: found)
    }
    let scale = zip(weight, variance).map { $0 / ($1 + Self.batchNormEpsilon).squareRoot() }
    let shift = zip(bias, zip(mean, scale)).map { $0 - $1.0 * $1.1 }
    guard (scale + shift).allSatisfy(\.isFinite) else {
      throw .malformed(
        file: checkpoint.name,
        detail: "`\(name)` holds values that are not finite or a negative "
          + "variance")
    }
    return (scale, shift)
  }
}
