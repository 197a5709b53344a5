import Tensors

/// Adam (Kingma and Ba, 2015) with β = (0.9, 0.999), ε = 1e-8 and no weight decay.
public struct Adam<Network: Parameterized>: Sendable {
  /// Running mean of the gradients.
  public var firstMoment: Network
  /// Running mean of their squares.
  public var secondMoment: Network
  /// Steps made so far.
  public var steps: Int

  /// Fresh moments for a network.
  public init(for network: Network) {
    firstMoment = network.zeroed()
    secondMoment = firstMoment
    steps = 0
  }

  /// Moves `network` against `gradient` by one step of size `learningRate`.
  public mutating func step(
    _ network: inout Network, gradient: Network, learningRate: Float, workers: Workers = .single
  ) {
    steps += 1
    let update = AdamUpdate(learningRate: learningRate, step: steps)
    let gradients = gradient.parameters.map(\.value)
    var first: [Tensor] = []
    var second: [Tensor] = []
    firstMoment.visitParameters(prefix: "") { _, tensor in
      first.append(tensor)
      tensor = .zeros([0])
    }
    secondMoment.visitParameters(prefix: "") { _, tensor in
      second.append(tensor)
      tensor = .zeros([0])
    }
    var index = 0
    network.visitParameters(prefix: "") { _, tensor in
      update.apply(
        to: &tensor, gradient: gradients[index], firstMoment: &first[index],
        secondMoment: &second[index], workers: workers)
      index += 1
    }
    index = 0
    firstMoment.visitParameters(prefix: "") { _, tensor in
      tensor = first[index]
      index += 1
    }
    index = 0
    secondMoment.visitParameters(prefix: "") { _, tensor in
      tensor = second[index]
      index += 1
    }
  }
}
