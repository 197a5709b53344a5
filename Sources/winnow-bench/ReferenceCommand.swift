import ArgumentParser
import Foundation
import Layers
import Models
import Pairs
import Tensors

struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Writes every tensor that Winnow computes for a golden case, under the same keys.")

  @Argument(help: "A golden case: network, batch and meta batch as safetensors.")
  var input: String

  @Option(help: "Where the computed tensors go, as safetensors.")
  var output: String

  @Option(
    help: "Number of threads; the results do not depend on it. One for each core unless given.")
  var workers: Int?

  func run() throws {
    let reference = try ReferenceCase(SafetensorsFile(contentsOf: URL(filePath: input)))
    var writer = SafetensorsWriter()
    let workers = Workers(workers ?? ProcessInfo.processInfo.activeProcessorCount)
    for (name, value) in reference.computedTensors(workers: workers) {
      writer.add(name, value)
    }
    try AtomicFile.write(Array(writer.data()), to: output)
  }
}
