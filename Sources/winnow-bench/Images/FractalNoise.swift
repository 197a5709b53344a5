import Tensors

/// Smooth random numbers that change at all scales, as light and textures in a photograph do.
enum FractalNoise {
  /// How much weaker the changes are at half the scale.
  private static let persistence: Float = 0.85

  /// Sums of random lattices, each half as wide as the one before, from half the shorter side down
  /// to `finest` pixels: [height · width], about -1 to 1.
  static func field(
    _ width: Int, _ height: Int, finest: Int, _ random: inout RandomGenerator
  ) -> [Float] {
    var sum = [Float](repeating: 0, count: width * height)
    var cell = Float(min(width, height)) / 2
    var amplitude: Float = 0.5
    while cell >= Float(finest) {
      let columns = LatticeAxis(length: width, cell: cell)
      let rows = LatticeAxis(length: height, cell: cell)
      let nodes = (0..<columns.nodes * rows.nodes).map { _ in 2 * random.nextUnit() - 1 }
      for row in 0..<height {
        let (top, down) = (rows.starts[row] * columns.nodes, rows.shares[row])
        for column in 0..<width {
          let (left, right) = (columns.starts[column], columns.shares[column])
          let (first, second) = (top + left, top + columns.nodes + left)
          let above = nodes[first] + right * (nodes[first + 1] - nodes[first])
          let below = nodes[second] + right * (nodes[second + 1] - nodes[second])
          sum[row * width + column] += amplitude * (above + down * (below - above))
        }
      }
      cell /= 2
      amplitude *= persistence
    }
    return sum
  }
}

/// Where the pixels along one axis lie between the nodes of a lattice.
private struct LatticeAxis {
  let nodes: Int
  /// The node before each pixel.
  let starts: [Int]
  /// How far each pixel is on its way to the next node, 0 to 1, slow at both ends.
  let shares: [Float]

  init(length: Int, cell: Float) {
    nodes = Int(Float(length) / cell) + 2
    starts = (0..<length).map { Int(Float($0) / cell) }
    shares = (0..<length).map { pixel in
      let place = Float(pixel) / cell
      let share = place - place.rounded(.down)
      return share * share * (3 - 2 * share)
    }
  }
}
