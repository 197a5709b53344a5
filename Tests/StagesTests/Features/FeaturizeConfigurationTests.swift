import Foundation
import Imaging
import Pairs
import Testing

@testable import Stages

@Suite struct FeaturizeConfigurationTests {
  private func read(_ json: String) throws -> FeaturizeConfiguration {
    try JSONDecoder().decode(FeaturizeConfiguration.self, from: Data(json.utf8))
  }

  @Test func limitsAreThoseOfTheKeys() throws {
    let given = try read(
      #"{"max-megapixels": 3, "max-megabytes": 2, "max-seconds": 7, "min-side": 5}"#)
    try given.validate()
    #expect(
      given.limits
        == DecodeLimits(
          maximumBytes: 2 << 20, maximumPixels: 3_000_000, minimumSide: 5, maximumSeconds: 7))
    #expect(try read("{}").limits == DecodeLimits())
    #expect(FeaturizeConfiguration.keys.contains("max-seconds"))
  }

  @Test(arguments: [0, -1, 3601])
  func secondsOutOfRangeAreRefused(_ seconds: Int) {
    #expect(
      throws: StagesError.configuration(
        stage: "featurize", key: "max-seconds", problem: "is \(seconds), but must be 1 to 3600")
    ) {
      try FeaturizeConfiguration(maximumSeconds: seconds).validate()
    }
  }

  @Test func featuresOfOtherLimitsAreToldApart() {
    func limits(_ configuration: FeaturizeConfiguration) -> String {
      FeaturizerDescription(
        backbone: MeanColorBackbone(),
        preprocessor: ImagePreprocessor(limits: configuration.limits), grid: 2
      ).limits
    }
    let standard = "100000000 pixels, 67108864 bytes, side from 2 to 65535"
    #expect(limits(FeaturizeConfiguration()) == standard)
    #expect(limits(FeaturizeConfiguration(maximumSeconds: 60)) == standard + ", 60 s")
  }

  @Test func everyReasonOfTheDecoderHasTheSameCodeInTheAuditTable() {
    for reason in ImageDecodeError.Reason.allCases {
      #expect(PairReason(reason).rawValue == reason.rawValue)
    }
  }
}
