import ArgumentParser
import Foundation
import Layers
import Models
import Tensors

struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Times an iteration, a warm-up step and scoring on fixed synthetic shapes.")

  @Option(help: "Network sizes: compact or paper.")
  var preset: NetworkPreset = .compact

  @Option(help: "Timed runs of each; the median is printed.")
  var runs: Int = 5

  @Option(help: "Number of threads.")
  var workers: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let workers = Workers(workers)
    let network = SyntheticBatch.network(preset)
    let synthetic = SyntheticBatch(seed: 7)
    let configuration = network.similarity.configuration
    var generator = RandomGenerator(seed: 3)
    let dropout = BatchDropout(for: synthetic.batch, configuration, generator: &generator)
    let metaDropout = BatchDropout(
      for: synthetic.metaBatch.pairs, configuration, generator: &generator)

    var trained = network
    var similarityOptimizer = Adam(for: network.similarity)
    var metaOptimizer = Adam(for: network.meta)
    let iteration = median {
      let main = trained.mainBatch(synthetic.batch, dropout: dropout, workers: workers)
      let metaStep = trained.metaGradient(
        synthetic.metaBatch, after: main, learningRate: 2e-4, dropout: metaDropout,
        workers: workers)
      metaOptimizer.step(&trained.meta, gradient: metaStep.gradient, learningRate: 1.7e-5)
      var step = trained.mainGradient(main, workers: workers)
      step.gradient.clip(toNorm: 2)
      similarityOptimizer.step(
        &trained.similarity, gradient: step.gradient, learningRate: 2e-4, workers: workers)
    }
    trained = network
    similarityOptimizer = Adam(for: network.similarity)
    let warmup = median {
      var step = trained.warmupGradients(
        synthetic.batch, loss: .complementary, dropout: dropout, workers: workers)
      step.similarity.clip(toNorm: 2)
      similarityOptimizer.step(
        &trained.similarity, gradient: step.similarity, learningRate: 2e-4, workers: workers)
    }
    let scoring = median {
      _ = network.matchedSimilarities(synthetic.batch, workers: workers)
    }
    let results = [
      "iteration": iteration, "warmup_step": warmup, "scoring": scoring,
      "scoring_pairs_per_second": Double(SyntheticBatch.captions) / scoring,
    ]
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(results), as: UTF8.self))
    } else {
      print("\(preset.rawValue), \(workers.count) threads, OpenBLAS \(blasKernelName)")
      print("iteration     \(format(iteration)) s")
      print("warm-up step  \(format(warmup)) s")
      print("scoring       \(format(Double(SyntheticBatch.captions) / scoring)) pairs/s")
    }
  }

  private func median(_ body: () -> Void) -> Double {
    body()
    let clock = ContinuousClock()
    let times = (0..<max(runs, 1)).map { _ in
      let duration = clock.measure(body)
      return Double(duration.components.seconds)
        + Double(duration.components.attoseconds) * 1e-18
    }.sorted()
    return times[times.count / 2]
  }

  private func format(_ value: Double) -> String { String(format: "%.3f", value) }
}

extension NetworkPreset: ExpressibleByArgument {}
