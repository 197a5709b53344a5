import Testing

@testable import Models

@Suite struct EfficientNetLiteTests {
  @Test func tablesHaveTheFamilysDepthsAndWidths() {
    #expect(EfficientNetLite.allCases.map(\.blocks.count) == [16, 21, 21])
    #expect(EfficientNetLite.lite0.blocks.map(\.outputs).last == 320)
    let widths = EfficientNetLite.lite2.blocks.map(\.outputs)
    #expect(Set(widths).sorted() == [16, 24, 48, 88, 120, 208, 352])
    for architecture in EfficientNetLite.allCases {
      #expect(architecture.blocks.filter { $0.stride == 2 }.count == 4)
      #expect(architecture.blocks.allSatisfy { $0.outputs.isMultiple(of: 8) })
      #expect(architecture.blocks.first?.inputs == 32)
    }
  }

  /// Two for each multiplication; a little less than the 407, 631 and 899 million that are published
  /// for the whole networks.
  @Test func operationsAreThoseOfTheConvolutions() {
    let counts = EfficientNetLite.allCases.map { $0.operations / 2 }
    #expect(counts == [383_907_552, 598_905_232, 858_456_272])
  }
}
