import Layers

/// How features are stored. Everything is computed in 32 bits.
public enum FeaturePrecision: String, Codable, CaseIterable, Sendable {
  /// Half the disk: each number rounded to a relative 5e-4.
  case float16
  /// As computed.
  case float32

  /// The type of a shard's numbers.
  var elementType: ElementType {
    switch self {
    case .float16: .float16
    case .float32: .float32
    }
  }
}
