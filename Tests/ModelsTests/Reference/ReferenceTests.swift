import Foundation
import Layers
import Models
import TestSupport
import Tensors
import Testing

/// Agreement with the published implementation, computed in float64, on every golden case.
///
/// Tolerances are those that come with the cases: a few times what a float32 run of the published
/// computation itself misses by.
@Suite struct ReferenceTests {
  static let cases: [URL] = {
    let folder =
      ProcessInfo.processInfo.environment["WINNOW_REFERENCE"].map { URL(filePath: $0) }
      ?? Bundle.module.resourceURL?.appending(path: "Fixtures/reference")
    let files = folder.flatMap {
      try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
    }
    return (files ?? [])
      .filter { $0.pathExtension == "safetensors" }
      .sorted { $0.path < $1.path }
  }()

  @Test func referenceCasesAreFound() {
    #expect(!Self.cases.isEmpty, "no *.safetensors in the reference folder")
  }

  @Test(arguments: cases)
  func referenceAgreement(_ url: URL) throws {
    let file = try SafetensorsFile(contentsOf: url)
    let computed = try ReferenceCase(file).computedTensors(workers: Workers(2))
    let golden = file.names.filter { name in
      name.contains(".grad.")
        || ["eval.", "train."].contains { name.hasPrefix($0) }
        || ["warmup.loss", "main.loss", "metastep.loss", "metastep.output"].contains(name)
    }
    #expect(Set(computed.map(\.name)) == Set(golden))
    for (name, value) in computed {
      let expected = try file.tensor(name)
      assertClose(
        value.reshaped(expected.shape), expected, within: Self.tolerance(for: name),
        "\(url.lastPathComponent) \(name)")
    }
  }

  static func tolerance(for name: String) -> Tolerance {
    if name.contains(".grad.") { return Tolerance(absolute: 1e-5, relativeToLargest: 2e-3) }
    if name.hasPrefix("metastep.") { return Tolerance(absolute: 1e-4) }
    return Tolerance(absolute: 2e-5)
  }
}
