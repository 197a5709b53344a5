/// A k × k convolution of each channel by itself with ReLU6, one row of results at a time.
struct DepthwiseFilter: Sendable {
  /// [channel blocks, kernel · kernel, lanes]: a block's weights lie together.
  private let weight: Tensor
  private let bias: Tensor
  private let kernel: Int
  private let stride: Int

  /// Number of channels.
  var channels: Int { bias.count }

  /// - Parameters:
  ///   - weight: [kernel · kernel, channels]; channels a multiple of sixteen.
  ///   - bias: [channels].
  init(weight: Tensor, bias: Tensor, kernel: Int, stride: Int) {
    precondition(
      weight.rank == 2 && weight.rows == kernel * kernel && weight.columns == bias.count
        && bias.count.isMultiple(of: 16),
      "a depthwise \(kernel) × \(kernel) convolution of \(weight.shape)")
    let channels = bias.count
    let taps = kernel * kernel
    self.weight = Tensor(shape: [channels / laneCount, taps, laneCount]) { target in
      weight.withPointer { source in
        for channel in 0..<channels {
          let (block, lane) = channel.quotientAndRemainder(dividingBy: laneCount)
          for tap in 0..<taps {
            target[(block * taps + tap) * laneCount + lane] = source[tap * channels + channel]
          }
        }
      }
    }
    (self.bias, self.kernel, self.stride) = (bias, kernel, stride)
  }

  /// - Parameters:
  ///   - row: the bordered row of the input under each row of the kernel: [places, channels].
  ///   - target: [width, channels].
  func apply(
    toRows row: (Int) -> UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>,
    width: Int
  ) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: kernel) { rows in
      guard let base = rows.baseAddress else { return }
      for index in 0..<kernel { (base + index).initialize(to: UnsafePointer(row(index))) }
      weight.withPointer { weights in
        bias.withPointer { bias in
          let line = DepthwiseLine(
            rows: base, channels: channels, weights: weights, bias: bias, target: target,
            width: width)
          switch (kernel, stride) {
          case (3, 1): line.run(kernel: 3, stride: 1)
          case (3, 2): line.run(kernel: 3, stride: 2)
          case (5, 1): line.run(kernel: 5, stride: 1)
          case (5, 2): line.run(kernel: 5, stride: 2)
          default: line.runAny(kernel: kernel, stride: stride)
          }
        }
      }
    }
  }
}

/// One row of results.
private struct DepthwiseLine {
  let rows: UnsafePointer<UnsafePointer<Float>>
  let channels: Int
  let weights: UnsafePointer<Float>
  let bias: UnsafePointer<Float>
  let target: UnsafeMutablePointer<Float>
  let width: Int

  /// Eight results at a time, as many sums as keep the processor's multipliers busy: twice four
  /// neighbours. The last group overlaps the one before, and in a narrow row its own half, rather
  /// than leaving single places.
  @inline(__always)
  func run(kernel: Int, stride: Int) {
    guard width >= 4 else { return runAny(kernel: kernel, stride: stride) }
    for channel in Swift.stride(from: 0, to: channels, by: laneCount) {
      var column = 0
      while column < width {
        let first = max(min(column, width - 8), 0)
        let second = min(first + 4, width - 4)
        eight(from: first, and: second, channel, kernel: kernel, stride: stride)
        column += 8
      }
    }
  }

  @inline(__always)
  private func eight(
    from first: Int, and second: Int, _ channel: Int, kernel: Int, stride: Int
  ) {
    let start = bias.vector(at: channel)
    var (sum0, sum1, sum2, sum3) = (start, start, start, start)
    var (sum4, sum5, sum6, sum7) = (start, start, start, start)
    let step = stride * channels
    let gap = (second - first) * step
    for kernelRow in 0..<kernel {
      let line = rows[kernelRow] + first * step + channel
      let tap = weights + (channel * kernel + kernelRow * laneCount) * kernel
      for kernelColumn in 0..<kernel {
        let weight = tap.vector(at: kernelColumn * laneCount)
        let place = line + kernelColumn * channels
        let right = place + gap
        sum0 = sum0.addingProduct(weight, place.vector(at: 0))
        sum1 = sum1.addingProduct(weight, place.vector(at: step))
        sum2 = sum2.addingProduct(weight, place.vector(at: 2 &* step))
        sum3 = sum3.addingProduct(weight, place.vector(at: 3 &* step))
        sum4 = sum4.addingProduct(weight, right.vector(at: 0))
        sum5 = sum5.addingProduct(weight, right.vector(at: step))
        sum6 = sum6.addingProduct(weight, right.vector(at: 2 &* step))
        sum7 = sum7.addingProduct(weight, right.vector(at: 3 &* step))
      }
    }
    let result = target + first * channels + channel
    let right = target + second * channels + channel
    result.store(sum0.relu6, at: 0)
    result.store(sum1.relu6, at: channels)
    result.store(sum2.relu6, at: 2 * channels)
    result.store(sum3.relu6, at: 3 * channels)
    right.store(sum4.relu6, at: 0)
    right.store(sum5.relu6, at: channels)
    right.store(sum6.relu6, at: 2 * channels)
    right.store(sum7.relu6, at: 3 * channels)
  }

  func runAny(kernel: Int, stride: Int) {
    for channel in Swift.stride(from: 0, to: channels, by: laneCount) {
      for column in 0..<width {
        var sum = bias.vector(at: channel)
        for kernelRow in 0..<kernel {
          let line = rows[kernelRow] + column * stride * channels + channel
          let tap = weights + (channel * kernel + kernelRow * laneCount) * kernel
          for kernelColumn in 0..<kernel {
            sum = sum.addingProduct(
              tap.vector(at: kernelColumn * laneCount), line.vector(at: kernelColumn * channels))
          }
        }
        target.store(sum.relu6, at: column * channels + channel)
      }
    }
  }
}
