import Audit
import Foundation
import Imaging
import Models
import Pairs
import Tensors
import Testing

@testable import Stages

/// How streaming makes features, and what it refuses.
@Suite struct StreamSettingsTests {
  /// Which network it is matters here, not what it computes.
  private struct NamedBackbone: ImageBackbone {
    let dimension = 3
    let inputSize: Int
    let fingerprint: String

    func features(of pictures: [Tensor], grid: Int, workers: Workers) -> Tensor {
      Tensor([], shape: [0, grid * grid, dimension])
    }
  }

  @Test(arguments: FeaturizeConfiguration.Backbone.allCases, ImageFit.allCases)
  func aDescriptionTellsTheConfigurationThatMadeIt(
    backbone: FeaturizeConfiguration.Backbone, fit: ImageFit
  ) throws {
    let made = FeaturizeConfiguration(
      backbone: backbone, grid: 5, fit: fit, precision: .float32, maximumMegapixels: 50,
      maximumMegabytes: 8, maximumSeconds: fit == .pad ? 20 : 90, minimumSide: 32)
    let network = NamedBackbone(
      inputSize: backbone.architecture.inputSize,
      fingerprint: "\(backbone.architecture.rawValue)-0123456789abcdef")
    let description = try LoadedFeaturizer(made, backbone: network).description
    #expect(FeaturizeConfiguration(making: description) == made)
  }

  @Test func keysAreStrictInAPipeline() throws {
    func read(_ keys: String) throws -> ScoreConfiguration {
      let text = "workspace: /w\nstages:\n  - score: {\(keys)}\n"
      let pipeline = try PipelineFile(text, path: "/data/p.yaml", setting: [:])
      return try #require(pipeline.stages[0] as? ScoreStage).configuration
    }
    let told = try read("stream: true, model: m, weights: w.pth, grid: 4, fit: pad, min-side: 16")
    var features = FeaturizeChoices()
    features.weights = "/data/w.pth"
    features.grid = 4
    features.fit = .pad
    features.minimumSide = 16
    #expect(told == ScoreConfiguration(model: "/data/m", stream: true, features: features))
    for (keys, words) in [
      ("grid: 4", "is given without stream"), ("streams: true", "streams"),
      ("stream: true, min-side: 0", "min-side"), ("stream: maybe", "stream"),
    ] {
      #expect {
        try read(keys)
      } throws: {
        "\($0)".contains(words)
      }
    }
    let decoded = try JSONDecoder().decode(
      ScoreConfiguration.self, from: Data(try told.json().utf8))
    #expect(decoded == told)
  }

  @Test func featuresOfAnotherKindAreRefusedByName() throws {
    let fixture = try StreamFixture()
    let workspace = fixture.workspace("streamed")
    try fixture.ingest([("a red picture", "train-0.png")], into: workspace)
    func refusal(_ stage: ScoreStage) -> String {
      do {
        try fixture.perform(stage, in: workspace)
        return "nothing was refused"
      } catch {
        return "\(error)"
      }
    }
    let other = MeanColorBackbone(fingerprint: "other-colors")
    for (message, words) in [
      (refusal(fixture.streaming { $0.features.grid = 3 }), "grid was 2, now 3"),
      (refusal(fixture.streaming { $0.features.fit = .pad }), "preprocessing was 12-crop"),
      (
        refusal(fixture.streaming { $0.features.precision = .float32 }),
        "precision was float16, now float32"
      ),
      (
        refusal(fixture.streaming(backbone: other)), "backbone was mean-color, now other-colors"
      ),
      (refusal(fixture.streaming { $0.features.grid = 70 }), "grid: is 70"),
    ] {
      #expect(message.contains(words), "\(message)")
    }
    // Nothing was written, so another model may follow; limits may be others than the model's.
    #expect(!FileManager.default.fileExists(atPath: workspace.featurizerPath))
    try fixture.perform(fixture.streaming { $0.features.minimumSide = 4 }, in: workspace)
    // From then on they are the workspace's.
    #expect(try fixture.perform(fixture.streaming(), in: workspace).scored == 0)
    let message = refusal(fixture.streaming { $0.features.minimumSide = 5 })
    #expect(message.contains("57 images were looked at in another way: limits was"))
    #expect(message.contains("from 4 to") && message.contains("from 5 to"))

    // A model without a calibration, as trainings of earlier versions left them.
    let copy = fixture.stages.folder.file("models-copy")
    try FileManager.default.copyItem(atPath: fixture.models, toPath: copy)
    try FileManager.default.removeItem(atPath: copy + "/calibration.json")
    // What was scored here before has left it, for the same model.
    #expect(try fixture.perform(fixture.streaming { $0.model = copy }, in: workspace).scored == 0)
    let fresh = fixture.workspace("fresh")
    try fixture.ingest([("a red picture", "train-0.png")], into: fresh)
    #expect {
      try fixture.perform(fixture.streaming { $0.model = copy }, in: fresh)
    } throws: {
      "\($0)".contains("no calibration") && "\($0)".contains("winnow-featurize")
    }
  }

  /// The model of a training that wrote nothing beside it is as its workspace's features.
  @Test func aModelOfAnEarlierVersionIsTakenByItsWorkspace() throws {
    let fixture = try StreamFixture()
    let folder = ModelFolder(path: fixture.models)
    let description = try #require(try folder.featurizer())
    #expect(try description == fixture.trained.workspace.featurizerDescription())
    try FileManager.default.removeItem(atPath: folder.featurizerPath)
    #expect(try folder.featurizer() == description)
    let elsewhere = fixture.stages.folder.file("elsewhere")
    try FileManager.default.copyItem(atPath: fixture.models, toPath: elsewhere)
    #expect(try ModelFolder(path: elsewhere).featurizer() == nil)
  }

  @Test func precomputedFeaturesAreNotStreamed() throws {
    let fixture = try StreamFixture()
    let workspace = fixture.workspace("precomputed")
    let input = try fixture.stages.manifest(
      Array("a dog\tprecomp:a.npy#0\n".utf8), name: "precomputed.tsv")
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])), in: workspace)
    #expect {
      try fixture.perform(fixture.streaming(), in: workspace)
    } throws: {
      "\($0)".contains("precomputed features") && "\($0)".contains("winnow-featurize")
    }
  }
}
