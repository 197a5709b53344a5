import Foundation
import Tensors

/// A loss over a batch's similarity matrix, and how each similarity pulls on it.
public struct MatrixLoss: Sendable {
  /// The loss.
  public let value: Double
  /// Its derivative for each similarity: [images · captions], image by image.
  public let gradient: Tensor
}

/// Losses over S: [images, captions] with the matched pairs on its diagonal.
extension MatrixLoss {
  /// What similarities come to that are no numbers: a hinge would take NaN for a margin that is kept.
  private static func undefined(count: Int) -> MatrixLoss {
    MatrixLoss(value: .nan, gradient: .zeros([count * count]))
  }

  /// The published warm-up loss: the mean hinge over all negatives,
  /// (1/B) Σ_{i≠j} ([margin + S_ij − S_ii]₊ + [margin + S_ij − S_jj]₊).
  public static func meanHinge(_ similarities: Tensor, count: Int, margin: Float = 0.2)
    -> MatrixLoss
  {
    precondition(similarities.count == count * count, "a square matrix of similarities")
    guard similarities.isFinite else { return undefined(count: count) }
    let values = similarities.elements
    var gradient = [Float](repeating: 0, count: values.count)
    let share = 1 / Float(count)
    var sum = 0.0
    for row in 0..<count {
      for column in 0..<count where row != column {
        for diagonal in [row, column] {
          let cost = margin + values[row * count + column] - values[diagonal * (count + 1)]
          guard cost > 0 else { continue }
          sum += Double(cost)
          gradient[row * count + column] += share
          gradient[diagonal * (count + 1)] -= share
        }
      }
    }
    return MatrixLoss(
      value: sum / Double(count), gradient: Tensor(gradient, shape: [count * count]))
  }

  /// The main loss: per row and per column the hardest negative, with the margin of the caption,
  /// Σ_i max_{j≠i} [m_j + S_ij − S_ii]₊ + Σ_j max_{i≠j} [m_j + S_ij − S_jj]₊.
  ///
  /// Both directions use the caption's margin: that is what the published code does. At most three
  /// entries of the gradient per pair of the batch are not zero; they are whole numbers.
  ///
  /// - Parameter margins: m: [captions], constants to the derivative.
  public static func hardestNegatives(_ similarities: Tensor, margins: [Float]) -> MatrixLoss {
    let count = margins.count
    precondition(similarities.count == count * count, "a square matrix of similarities")
    guard similarities.isFinite else { return undefined(count: count) }
    let values = similarities.elements
    var gradient = [Float](repeating: 0, count: values.count)
    var sum = 0.0
    func addHardest(_ candidates: [(cost: Float, position: Int)], diagonal: Int) {
      guard var hardest = candidates.first else { return }
      for candidate in candidates where candidate.cost > hardest.cost { hardest = candidate }
      guard hardest.cost > 0 else { return }
      sum += Double(hardest.cost)
      gradient[hardest.position] += 1
      gradient[diagonal * (count + 1)] -= 1
    }
    for row in 0..<count {
      let own = values[row * (count + 1)]
      addHardest(
        (0..<count).filter { $0 != row }.map { column in
          let position = row * count + column
          return (margins[column] + values[position] - own, position)
        }, diagonal: row)
    }
    for column in 0..<count {
      let own = values[column * (count + 1)]
      addHardest(
        (0..<count).filter { $0 != column }.map { row in
          let position = row * count + column
          return (margins[column] + values[position] - own, position)
        }, diagonal: column)
    }
    return MatrixLoss(value: sum, gradient: Tensor(gradient, shape: [count * count]))
  }

  /// The adaptive margins of the main loss: m_j = 0.2 · s_j, s_j = 1 / (1 + (p / (1 − p))⁻²), with
  /// p = S_jj taken as constant.
  public static func adaptiveMargins(_ similarities: Tensor, count: Int, margin: Float = 0.2)
    -> [Float]
  {
    (0..<count).map { index in
      let match = Double(similarities[index * (count + 1)])
      let odds = match / (1 - match)
      return margin * Float(1 / (1 + pow(odds, -2)))
    }
  }

  /// The complementary contrastive loss (Hu et al., RCL, TPAMI 2023): −log(1 − P_ij) summed over
  /// the wrong pairs, P = softmax(S / temperature) along rows and along columns. The mean over the
  /// batch.
  ///
  /// It never pulls a given pair together, so mismatched pairs are learned late.
  public static func complementary(
    _ similarities: Tensor, count: Int, temperature: Float = 0.05
  ) -> MatrixLoss {
    precondition(similarities.count == count * count, "a square matrix of similarities")
    guard similarities.isFinite else { return undefined(count: count) }
    var gradient = Tensor.zeros([count * count])
    var sum = 0.0
    let scaled = similarities.elements.map { Double($0 / temperature) }
    func addLines(_ position: (Int, Int) -> Int) {
      for line in 0..<count {
        let values = (0..<count).map { scaled[position(line, $0)] }
        let largest = values.max() ?? 0
        let powers = values.map { exp($0 - largest) }
        let total = powers.reduce(0, +)
        let shares = powers.map { $0 / total }
        // P may be one to the last digit, where the loss would be infinite.
        let complements = shares.indices.map { index in
          max((total - powers[index]) / total, 1e-7)
        }
        // d(−log(1 − P_k))/dP_k = 1 / (1 − P_k); through the softmax with Jacobian P_k (δ − P).
        var weighted = [Double](repeating: 0, count: count)
        var mean = 0.0
        for index in 0..<count where index != line {
          sum -= log(complements[index])
          weighted[index] = shares[index] / complements[index]
          mean += weighted[index]
        }
        for index in 0..<count {
          gradient[position(line, index)] +=
            Float((weighted[index] - shares[index] * mean) / Double(temperature) / Double(count))
        }
      }
    }
    addLines { row, column in row * count + column }
    addLines { column, row in row * count + column }
    return MatrixLoss(value: sum / Double(count), gradient: gradient)
  }
}

/// Binary cross-entropy, the mean over pairs, its logarithms clamped at −100 as PyTorch's.
public struct BinaryCrossEntropy: Sendable {
  /// The loss.
  public let value: Double
  /// Its derivative for each similarity: [pairs].
  public let gradient: Tensor

  /// - Parameters:
  ///   - similarities: in [0, 1]: [pairs].
  ///   - labels: 1 for matched, 0 for mismatched.
  public init(_ similarities: Tensor, labels: [Float]) {
    precondition(similarities.count == labels.count, "one label a pair")
    let count = Double(max(labels.count, 1))
    var sum = 0.0
    var gradient = [Float](repeating: 0, count: labels.count)
    for (index, label) in labels.enumerated() {
      let value = Double(similarities[index])
      let positive = max(log(value), -100)
      let negative = max(log(1 - value), -100)
      sum -= Double(label) * positive + Double(1 - label) * negative
      let denominator = max(value * (1 - value), 1e-12)
      gradient[index] = Float((value - Double(label)) / denominator / count)
    }
    value = sum / count
    self.gradient = Tensor(gradient)
  }
}
