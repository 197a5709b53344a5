import CVectors

/// The unit of vectorised work: one register, of sixteen floats where compiled for AVX-512, else of
/// eight. Sums are formed lane by lane, so their last bits depend on the processor.
typealias Vector = winnow_vector

/// Number of lanes of `Vector`.
let laneCount = Int(WINNOW_LANE_COUNT)

extension UnsafePointer<Float> {
  @inline(__always)
  func lanes<Lanes: FloatLanes>(at index: Int) -> Lanes {
    UnsafeRawPointer(self + index).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  func vector(at index: Int) -> Vector { lanes(at: index) }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  func lanes<Lanes: FloatLanes>(at index: Int) -> Lanes { UnsafePointer(self).lanes(at: index) }

  @inline(__always)
  func vector(at index: Int) -> Vector { lanes(at: index) }

  @inline(__always)
  func store<Lanes: FloatLanes>(_ lanes: Lanes, at index: Int) {
    UnsafeMutableRawPointer(self + index).storeBytes(of: lanes, as: Lanes.self)
  }
}

/// e to the power of each lane, within 2 units in the last place; saturates outside ±87.
///
/// Range reduction x = n ln 2 + r with ln 2 split in two, then a polynomial of degree 6 in r
/// (Taylor coefficients; |r| ≤ 0.35 keeps the remainder below 2⁻²⁴).
@inline(__always)
func exponential(_ argument: Vector) -> Vector {
  // Not `clamped(lowerBound:upperBound:)`, which is not inlined across modules.
  let bounded = argument.replacing(with: -87, where: argument .< -87)
  let clamped = bounded.replacing(with: 88, where: bounded .> 88)
  // Adding 1.5 · 2²³ rounds to the nearest whole number and leaves it in the low bits.
  let shifted = Vector(repeating: 12_582_912).addingProduct(
    clamped, Vector(repeating: 1.442_695_04))
  let power = shifted - 12_582_912
  var rest = clamped.addingProduct(power, Vector(repeating: -0.693_359_375))
  rest = rest.addingProduct(power, Vector(repeating: 2.121_944_4e-4))
  var sum = Vector(repeating: 1 / 720)
  sum = Vector(repeating: 1 / 120).addingProduct(sum, rest)
  sum = Vector(repeating: 1 / 24).addingProduct(sum, rest)
  sum = Vector(repeating: 1 / 6).addingProduct(sum, rest)
  sum = Vector(repeating: 0.5).addingProduct(sum, rest)
  sum = Vector(repeating: 1).addingProduct(sum, rest)
  sum = Vector(repeating: 1).addingProduct(sum, rest)
  let exponent = unsafeBitCast(shifted, to: winnow_bits.self) &- 0x4B40_0000 &+ 127
  return sum * unsafeBitCast(exponent &<< 23, to: Vector.self)
}

/// The logistic function 1 / (1 + e⁻ˣ) of each lane.
@inline(__always)
func logistic(_ argument: Vector) -> Vector { 1 / (1 + exponential(-argument)) }

/// The hyperbolic tangent of each lane; a polynomial near zero, where the quotient would cancel.
@inline(__always)
func hyperbolicTangent(_ argument: Vector) -> Vector {
  let square = argument * argument
  var series = Vector(repeating: -5.704_988_7e-3)
  series = Vector(repeating: 2.063_908_9e-2).addingProduct(series, square)
  series = Vector(repeating: -5.373_971_2e-2).addingProduct(series, square)
  series = Vector(repeating: 1.333_144_2e-1).addingProduct(series, square)
  series = Vector(repeating: -3.333_328_2e-1).addingProduct(series, square)
  let small = argument.addingProduct(series * square, argument)
  let decay = exponential(argument * 2)
  let large = 1 - 2 / (decay + 1)
  let isSmall = square .< Vector(repeating: 0.39)
  return large.replacing(with: small, where: isSmall)
}

/// The sum of products of two rows of `count` floats, in a fixed order of additions.
@inline(__always)
func dotProduct(
  _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int
) -> Float {
  var first = Vector.zero
  var second = Vector.zero
  var index = 0
  while index + 2 * laneCount <= count {
    first = first.addingProduct(left.vector(at: index), right.vector(at: index))
    second = second.addingProduct(
      left.vector(at: index + laneCount), right.vector(at: index + laneCount))
    index += 2 * laneCount
  }
  var sum = (first + second).sum()
  while index < count {
    sum += left[index] * right[index]
    index += 1
  }
  return sum
}

/// Adds `scale` times a row of `count` floats to another.
@inline(__always)
func addRow(
  _ source: UnsafePointer<Float>, scaledBy scale: Float,
  to target: UnsafeMutablePointer<Float>, _ count: Int
) {
  let factor = Vector(repeating: scale)
  var index = 0
  while index + laneCount <= count {
    target.store(
      target.vector(at: index).addingProduct(factor, source.vector(at: index)), at: index)
    index += laneCount
  }
  while index < count {
    target[index] += scale * source[index]
    index += 1
  }
}

/// The sum of a row of `count` floats, in a fixed order of additions.
@inline(__always)
func rowSum(_ row: UnsafePointer<Float>, _ count: Int) -> Float {
  var lanes = Vector.zero
  var index = 0
  while index + laneCount <= count {
    lanes += row.vector(at: index)
    index += laneCount
  }
  var sum = lanes.sum()
  while index < count {
    sum += row[index]
    index += 1
  }
  return sum
}

/// The sum of squared distances of a row of `count` floats from `center`.
@inline(__always)
func squaredDistance(_ row: UnsafePointer<Float>, from center: Float, _ count: Int) -> Float {
  let centers = Vector(repeating: center)
  var lanes = Vector.zero
  var index = 0
  while index + laneCount <= count {
    let distance = row.vector(at: index) - centers
    lanes = lanes.addingProduct(distance, distance)
    index += laneCount
  }
  var sum = lanes.sum()
  while index < count {
    sum += (row[index] - center) * (row[index] - center)
    index += 1
  }
  return sum
}
