/// The architecture of the EfficientNet-Lite family: EfficientNet's blocks without squeeze-and-
/// excite, with ReLU6, and with a stem and head that do not grow with the width.
public enum EfficientNetLite: String, Sendable, CaseIterable {
  case lite0 = "efficientnet-lite0"
  case lite1 = "efficientnet-lite1"
  case lite2 = "efficientnet-lite2"

  /// Pixels per side of the pictures the weights were trained on.
  public var inputSize: Int {
    switch self {
    case .lite0: 224
    case .lite1: 240
    case .lite2: 260
    }
  }

  /// Channels of the last feature map.
  public var dimension: Int { 1280 }

  /// Channels after the first convolution, 3 × 3 at stride 2.
  var stemChannels: Int { 32 }

  /// One inverted-bottleneck block.
  struct Block: Equatable {
    let kernel: Int
    let stride: Int
    let expansion: Int
    let inputs: Int
    let outputs: Int

    var expanded: Int { inputs * expansion }
    var hasResidual: Bool { stride == 1 && inputs == outputs }
  }

  /// All blocks from stem to head.
  var blocks: [Block] {
    var blocks: [Block] = []
    var inputs = stemChannels
    for (index, stage) in Self.stages.enumerated() {
      let isOuter = index == 0 || index == Self.stages.count - 1
      let repeats = isOuter ? stage.repeats : Int((Double(stage.repeats) * depth).rounded(.up))
      let outputs = Self.rounded(stage.outputs, by: width)
      for position in 0..<repeats {
        blocks.append(
          Block(
            kernel: stage.kernel, stride: position == 0 ? stage.stride : 1,
            expansion: stage.expansion, inputs: inputs, outputs: outputs))
        inputs = outputs
      }
    }
    return blocks
  }

  private var width: Double { self == .lite2 ? 1.1 : 1 }

  private var depth: Double {
    switch self {
    case .lite0: 1
    case .lite1: 1.1
    case .lite2: 1.2
    }
  }

  private struct Stage {
    let repeats, kernel, stride, expansion, outputs: Int

    init(_ repeats: Int, kernel: Int, stride: Int, expansion: Int, outputs: Int) {
      (self.repeats, self.kernel, self.stride) = (repeats, kernel, stride)
      (self.expansion, self.outputs) = (expansion, outputs)
    }
  }

  private static let stages = [
    Stage(1, kernel: 3, stride: 1, expansion: 1, outputs: 16),
    Stage(2, kernel: 3, stride: 2, expansion: 6, outputs: 24),
    Stage(2, kernel: 5, stride: 2, expansion: 6, outputs: 40),
    Stage(3, kernel: 3, stride: 2, expansion: 6, outputs: 80),
    Stage(3, kernel: 5, stride: 1, expansion: 6, outputs: 112),
    Stage(4, kernel: 5, stride: 2, expansion: 6, outputs: 192),
    Stage(1, kernel: 3, stride: 1, expansion: 6, outputs: 320),
  ]

  /// Channels times a factor, to the nearest multiple of eight that is not over a tenth smaller.
  private static func rounded(_ channels: Int, by factor: Double) -> Int {
    guard factor != 1 else { return channels }
    let wanted = Double(channels) * factor
    let nearest = max(8, Int(wanted + 4) / 8 * 8)
    return Double(nearest) < 0.9 * wanted ? nearest + 8 : nearest
  }
}
