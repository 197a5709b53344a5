import Foundation
import Layers
import Tensors
import Testing

@testable import Models

@Suite struct EfficientNetBackboneTests {
  private func golden(_ architecture: EfficientNetLite) throws -> SafetensorsFile {
    let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    let member = architecture.rawValue.replacing("efficientnet-", with: "")
    return try SafetensorsFile(contentsOf: folder.appending(path: "backbone-\(member).safetensors"))
  }

  @Test(arguments: EfficientNetLite.allCases)
  func featuresAgreeWithPyTorch(_ architecture: EfficientNetLite) throws {
    let backbone = try BackboneFixture.backbone(architecture)
    let golden = try golden(architecture)
    let side = architecture.inputSize
    let pictures = BackboneFixture.pictures(side: side)
    let channels = architecture == .lite0 ? 128 : 32
    for (name, grid) in [("map", (side + 31) / 32), ("grid6", 6), ("grid3", 3), ("grid1", 1)] {
      let features = backbone.features(of: pictures, grid: grid, workers: Workers(2))
      #expect(features.shape == [3, grid * grid, 1280])
      let expected = try golden.tensor(name)
      #expect(expected.shape == [3, grid * grid, channels])
      let error = BackboneFixture.relativeError(features, expected)
      #expect(error <= 2e-5, "\(architecture) \(name): relative error \(error)")
    }
  }

  @Test func bitsDoNotDependOnBatchOrWorkers() throws {
    let backbone = try BackboneFixture.backbone()
    let pictures = BackboneFixture.pictures()
    let together = backbone.features(of: pictures, grid: 6, workers: Workers(3)).elements
    let alone = pictures.flatMap {
      backbone.features(of: [$0], grid: 6, workers: .single).elements
    }
    #expect(together == alone)
    #expect(backbone.features(of: [], grid: 6, workers: Workers(2)).shape == [0, 36, 1280])
  }

  @Test func aSevenGridIsTheFeatureMapItself() throws {
    let backbone = try BackboneFixture.backbone()
    let picture = BackboneFixture.pictures()[1]
    let map = backbone.featureMap(of: picture)
    #expect(map.shape == [7, 7, 1280])
    #expect(
      map.elements == backbone.features(of: [picture], grid: 7, workers: .single).elements)
    #expect(map.elements.allSatisfy { (0...6).contains($0) })
  }

  @Test func fingerprintNamesArchitectureAndContent() throws {
    let first = try BackboneFixture.backbone()
    #expect(first.fingerprint.hasPrefix("efficientnet-lite0-"))
    #expect(first.fingerprint == (try BackboneFixture.backbone()).fingerprint)
    #expect(first.dimension == 1280 && first.inputSize == 224)
  }

  @Test func weightsOfAnotherMemberAreNamedByTensor() throws {
    let url = try BackboneFixture.weightsURL()
    #expect {
      try EfficientNetBackbone(.lite2, readingWeightsFrom: url)
    } throws: { error in
      "\(error)"
        == "\(url.path): tensor `_blocks.3._depthwise_conv.weight` has shape [144, 1, 5, 5], "
        + "expected [144, 1, 3, 3]"
    }
  }

  @Test func missingAndUnexpectedTensorsAreNamed() throws {
    let original = try Data(contentsOf: BackboneFixture.weightsURL())
    func renaming(_ old: String, to new: String) throws -> String {
      var data = original
      let range = try #require(data.range(of: Data(old.utf8)))
      data.replaceSubrange(range, with: Data(new.utf8))
      do {
        _ = try EfficientNetBackbone(.lite0, weights: data, name: "w.pth")
        return "loaded"
      } catch { return "\(error)" }
    }
    #expect(
      try renaming("_blocks.7._bn1.bias", to: "_blocks.7._bn1.bios")
        == "w.pth: tensor `_blocks.7._bn1.bias` is missing")
    #expect(
      try renaming("_fc.bias", to: "_fx.bias")
        == "w.pth: unexpected tensor `_fx.bias`; nearest is `_bn0.bias`")
  }

  @Test func cutWeightsAreAnErrorNamingTheFile() throws {
    let original = try Data(contentsOf: BackboneFixture.weightsURL())
    for length in [0, 10, 1000, 45_000, 47_176, original.count - 1] {
      #expect {
        try EfficientNetBackbone(.lite0, weights: original.prefix(length), name: "w.pth")
      } throws: { error in
        if case LayersError.truncated(file: "w.pth", detail: _) = error { true } else { false }
      }
    }
  }
}
