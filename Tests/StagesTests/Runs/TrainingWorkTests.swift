import Foundation
import Testing

@testable import Audit
@testable import Stages

/// Training stores no rows: what it has done is counted beside its state.
@Suite struct TrainingWorkTests {
  private struct Killed: Error {}

  private func work(_ fixture: TrainedFixture) throws -> (done: Int?, unit: String?, ended: Bool) {
    let database = try fixture.workspace.openDatabase(.reading)
    let run = try #require(try database.runs().last { $0.command == "train" })
    return (run.done, run.unit, run.endedAt != nil)
  }

  @Test func aResumedTrainingHasDoneWhatAWholeOneDoes() throws {
    let whole = try TrainedFixture()
    try whole.prepare()
    let summary = try whole.stages.perform(TrainStage(TrainedFixture.configuration))
    let expected = try work(whole)
    #expect(expected.unit == "batches" && expected.ended)
    #expect(summary.batches == expected.done && summary.batches > 0)

    let fixture = try TrainedFixture()
    try fixture.prepare()
    let last = try #require(summary.records.last?.epoch)
    #expect(throws: Killed.self) {
      try fixture.stages.perform(
        TrainStage(TrainedFixture.configuration) { if $0 == last { throw Killed() } })
    }
    // As a kill leaves it between the state and its count.
    let database = try fixture.workspace.openDatabase(.writing)
    try database.write { try $0.execute(sql: "UPDATE run SET done = 1 WHERE command = 'train'") }
    try database.close()
    let resumed = try fixture.stages.perform(TrainStage(TrainedFixture.configuration))
    #expect(resumed.batches == 0 && !resumed.wasDone)
    #expect(try work(fixture) == expected)
  }
}
