/// The gates of a GRU for a batch of states, and their derivatives.
///
/// r = σ(i_r + s_r), z = σ(i_z + s_z), n = tanh(i_n + r ∘ s_n), h = (1 − z) ∘ n + z ∘ h₋, where
/// i = W_i x + b_i and s = W_h h₋ + b_h hold the gates in the order reset, update, new.
public struct GatedRecurrentCell: Sendable {
  /// The new states: [batch, width].
  public let state: Tensor
  /// r, z and n side by side: [batch, 3 · width].
  let gates: Tensor
  /// s_n, which the reset gate multiplies: [batch, width].
  let statePart: Tensor
  let previousState: Tensor

  /// - Parameters:
  ///   - input: i: [batch, 3 · width].
  ///   - stateProduct: s: [batch, 3 · width].
  ///   - previousState: h₋: [batch, width].
  public init(input: Tensor, stateProduct: Tensor, previousState: Tensor) {
    let width = previousState.columns
    let batch = previousState.rows
    precondition(
      input.rows == batch && input.columns == 3 * width && stateProduct.rows == batch
        && stateProduct.columns == 3 * width,
      "gates \(input.shape) and \(stateProduct.shape) for states \(previousState.shape)")
    var gates = Tensor(uninitializedShape: [batch, 3 * width])
    var state = Tensor(uninitializedShape: [batch, width])
    var statePart = Tensor(uninitializedShape: [batch, width])
    input.withPointer { input in
      stateProduct.withPointer { product in
        previousState.withPointer { previous in
          gates.withMutablePointer { gates in
            state.withMutablePointer { state in
              statePart.withMutablePointer { statePart in
                for row in 0..<batch {
                  let wide = row * 3 * width
                  let narrow = row * width
                  forEachVector(width) { column, lanes in
                    let i = lanes.gates(input + wide, column, width)
                    let s = lanes.gates(product + wide, column, width)
                    let reset = logistic(i.0 + s.0)
                    let update = logistic(i.1 + s.1)
                    let candidate = hyperbolicTangent(i.2.addingProduct(reset, s.2))
                    let before = lanes.load(previous + narrow, column)
                    lanes.store(
                      candidate.addingProduct(update, before - candidate), state + narrow, column)
                    lanes.store(reset, gates + wide, column)
                    lanes.store(update, gates + wide + width, column)
                    lanes.store(candidate, gates + wide + 2 * width, column)
                    lanes.store(s.2, statePart + narrow, column)
                  }
                }
              }
            }
          }
        }
      }
    }
    self.state = state
    self.gates = gates
    self.statePart = statePart
    self.previousState = previousState
  }

  /// The gradients of i, of s, and of h₋ by the direct path, from the gradient of the new state.
  public func reverse(
    _ gradient: Tensor
  ) -> (input: Tensor, stateProduct: Tensor, previousState: Tensor) {
    let width = state.columns
    let batch = state.rows
    precondition(
      gradient.rows == batch && gradient.columns == width,
      "gradient \(gradient.shape) of states \(state.shape)")
    var inputGradient = Tensor(uninitializedShape: [batch, 3 * width])
    var productGradient = Tensor(uninitializedShape: [batch, 3 * width])
    var previousGradient = Tensor(uninitializedShape: [batch, width])
    gradient.withPointer { gradient in
      gates.withPointer { gates in
        statePart.withPointer { statePart in
          previousState.withPointer { previous in
            inputGradient.withMutablePointer { inputGradient in
              productGradient.withMutablePointer { productGradient in
                previousGradient.withMutablePointer { previousGradient in
                  for row in 0..<batch {
                    let wide = row * 3 * width
                    let narrow = row * width
                    forEachVector(width) { column, lanes in
                      let (reset, update, candidate) = lanes.gates(gates + wide, column, width)
                      let change = lanes.load(gradient + narrow, column)
                      let before = lanes.load(previous + narrow, column)
                      let dCandidate = change * (1 - update) * (1 - candidate * candidate)
                      let dUpdate = change * (before - candidate) * update * (1 - update)
                      let dReset =
                        dCandidate * lanes.load(statePart + narrow, column) * reset * (1 - reset)
                      lanes.store(dReset, inputGradient + wide, column)
                      lanes.store(dUpdate, inputGradient + wide + width, column)
                      lanes.store(dCandidate, inputGradient + wide + 2 * width, column)
                      lanes.store(dReset, productGradient + wide, column)
                      lanes.store(dUpdate, productGradient + wide + width, column)
                      lanes.store(dCandidate * reset, productGradient + wide + 2 * width, column)
                      lanes.store(change * update, previousGradient + narrow, column)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return (inputGradient, productGradient, previousGradient)
  }

  /// The tangent of the new state from the tangents of i, of s and of h₋.
  public func tangent(input: Tensor, stateProduct: Tensor, previousState tangent: Tensor) -> Tensor
  {
    let width = state.columns
    let batch = state.rows
    precondition(
      input.rows == batch && input.columns == 3 * width && stateProduct.rows == batch
        && stateProduct.columns == 3 * width && tangent.rows == batch && tangent.columns == width,
      "tangents \(input.shape), \(stateProduct.shape), \(tangent.shape) of \(state.shape)")
    var result = Tensor(uninitializedShape: [batch, width])
    input.withPointer { input in
      stateProduct.withPointer { product in
        tangent.withPointer { previousTangent in
          gates.withPointer { gates in
            statePart.withPointer { statePart in
              previousState.withPointer { previous in
                result.withMutablePointer { result in
                  for row in 0..<batch {
                    let wide = row * 3 * width
                    let narrow = row * width
                    forEachVector(width) { column, lanes in
                      let (reset, update, candidate) = lanes.gates(gates + wide, column, width)
                      let i = lanes.gates(input + wide, column, width)
                      let s = lanes.gates(product + wide, column, width)
                      let resetChange = (i.0 + s.0) * reset * (1 - reset)
                      let updateChange = (i.1 + s.1) * update * (1 - update)
                      let part = lanes.load(statePart + narrow, column)
                      let candidateChange =
                        (i.2 + resetChange * part + reset * s.2) * (1 - candidate * candidate)
                      let before = lanes.load(previous + narrow, column)
                      let beforeChange = lanes.load(previousTangent + narrow, column)
                      lanes.store(
                        candidateChange * (1 - update) + updateChange * (before - candidate)
                          + update * beforeChange,
                        result + narrow, column)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}

/// Loads and stores that touch only the first `count` lanes.
struct Lanes {
  let count: Int

  @inline(__always)
  func load(_ pointer: UnsafePointer<Float>, _ index: Int) -> Vector {
    if count == laneCount { return pointer.vector(at: index) }
    var vector = Vector.zero
    for lane in 0..<count { vector[lane] = pointer[index + lane] }
    return vector
  }

  @inline(__always)
  func load(_ pointer: UnsafeMutablePointer<Float>, _ index: Int) -> Vector {
    load(UnsafePointer(pointer), index)
  }

  @inline(__always)
  func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, _ index: Int) {
    if count == laneCount { return pointer.store(vector, at: index) }
    for lane in 0..<count { pointer[index + lane] = vector[lane] }
  }

  /// Three gates that lie `width` floats apart.
  @inline(__always)
  func gates(
    _ pointer: UnsafePointer<Float>, _ index: Int, _ width: Int
  ) -> (Vector, Vector, Vector) {
    (load(pointer, index), load(pointer + width, index), load(pointer + 2 * width, index))
  }
}

/// Calls `body` for each vector of a row, the last one possibly with fewer lanes.
@inline(__always)
func forEachVector(_ width: Int, _ body: (Int, Lanes) -> Void) {
  var index = 0
  let full = Lanes(count: laneCount)
  while index + laneCount <= width {
    body(index, full)
    index += laneCount
  }
  if index < width { body(index, Lanes(count: width - index)) }
}
