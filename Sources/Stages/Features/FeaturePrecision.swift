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

  /// Whether a number is finite as it is stored: from 65,520 on, 16 bits round to infinity.
  func holds(_ value: Float) -> Bool {
    switch self {
    case .float16: Float16(value).isFinite
    case .float32: value.isFinite
    }
  }
}
