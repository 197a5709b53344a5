/// What follows the sums of a convolution.
public enum ConvolutionActivation: Sendable {
  case none
  /// min(max(x, 0), 6).
  case relu6
}

/// Channels are handled in blocks of this many.
let convolutionLanes = 8

typealias ConvolutionVector = SIMD8<Float>

extension SIMD8<Float> {
  @inline(__always)
  init(at pointer: UnsafePointer<Float>) {
    self = UnsafeRawPointer(pointer).loadUnaligned(as: Self.self)
  }

  @inline(__always)
  func store(at pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: self, as: Self.self)
  }

  /// min(max(x, 0), 6).
  @inline(__always)
  var relu6: Self {
    let positive = replacing(with: 0, where: self .< 0)
    return positive.replacing(with: 6, where: positive .> 6)
  }
}

/// Adds bias, and residual if there is one, to `places` rows of sums and writes the activation.
/// `target` may be `sums`.
func finishConvolution(
  _ sums: UnsafePointer<Float>, bias: UnsafePointer<Float>, residual: UnsafePointer<Float>?,
  _ activation: ConvolutionActivation, places: Int, channels: Int,
  into target: UnsafeMutablePointer<Float>
) {
  for place in 0..<places {
    let first = place * channels
    var channel = 0
    switch (activation, residual) {
    case (.relu6, _):
      while channel < channels {
        let sum =
          ConvolutionVector(at: sums + first + channel) + ConvolutionVector(at: bias + channel)
        sum.relu6.store(at: target + first + channel)
        channel += convolutionLanes
      }
    case (.none, let residual?):
      while channel < channels {
        let sum =
          ConvolutionVector(at: sums + first + channel) + ConvolutionVector(at: bias + channel)
        (sum + ConvolutionVector(at: residual + first + channel))
          .store(at: target + first + channel)
        channel += convolutionLanes
      }
    case (.none, nil):
      while channel < channels {
        let sum =
          ConvolutionVector(at: sums + first + channel) + ConvolutionVector(at: bias + channel)
        sum.store(at: target + first + channel)
        channel += convolutionLanes
      }
    }
  }
}
