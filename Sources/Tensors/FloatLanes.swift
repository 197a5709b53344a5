import CVectors

/// A vector of eight or of sixteen floats, for kernels that work in both.
protocol FloatLanes: SIMD<Float>, BitwiseCopyable {
  /// Lanes outside of the bounds become the bound; NaN stays NaN.
  func bounded(from lowest: Float, to highest: Float) -> Self
}

extension SIMD8<Float>: FloatLanes {
  @inline(__always)
  func bounded(from lowest: Float, to highest: Float) -> Self {
    winnow_bounded_eight(self, lowest, highest)
  }
}

extension SIMD16<Float>: FloatLanes {
  @inline(__always)
  func bounded(from lowest: Float, to highest: Float) -> Self {
    winnow_bounded_sixteen(self, lowest, highest)
  }
}
