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
}
