import Foundation
import TestServer
import Testing

@testable import Stages

/// What a user should know of is logged where it happens.
@Suite struct StageWarningTests {
  private func perform<Kind: Stage>(_ stage: Kind, _ fixture: FeaturizeFixture) throws
    -> RecordedLog
  {
    let log = RecordedLog()
    _ = try stage.perform(in: fixture.workspace, context: log.context(), command: "test")
    return log
  }

  @Test func damagedShardsLeftoversAndFailedPicturesAreTold() throws {
    let fixture = try FeaturizeFixture()
    try fixture.ingest(FeaturizeFixture.mixture())
    let first = try perform(fixture.stage(), fixture)
    #expect(first.lines(of: "warning") == [] && first.lines(of: "notice") == [])
    let failed = first.lines(of: "trace featurize: pair failed")
    #expect(
      failed.contains {
        $0.contains("reason=missing_image") && $0.hasSuffix("url=missing.png")
      }, "\(failed)")
    let path = fixture.workspace.shardPath(1)
    let leftover = path + ".partial-1-1"
    try fixture.stages.folder.write(Array("torn".utf8), to: "run/features/shard-00001.safetensors")
    try fixture.stages.folder.write(
      Array("half".utf8), to: "run/features/shard-00001.safetensors.partial-1-1")
    let second = try perform(fixture.stage(), fixture)
    #expect(
      second.lines(of: "warning")
        == ["warning featurize: a damaged or lost feature shard was made anew path=\(path)"])
    #expect(
      second.lines(of: "notice")
        == ["notice featurize: removed what a killed run left behind path=\(leftover)"])
    let third = try perform(fixture.stage(), fixture)
    #expect(third.lines(of: "warning") == [] && third.lines(of: "notice") == [])
  }

  /// Once, however many of its URLs were under way.
  @Test func aHostThatIsGivenUpIsTold() throws {
    let fixture = try StageFixture()
    let server = try TestSite().serve()
    let lines = (0..<400).map { "caption \($0)\t\(server.url("/status/503?\($0)"))\n" }
    let input = try fixture.manifest(Array(lines.joined().utf8))
    try fixture.perform(IngestStage(IngestConfiguration(inputs: [input])))
    var configuration = FetchConfiguration()
    configuration.allowsPrivateAddresses = true
    configuration.tries = 1
    configuration.perHost = 8
    configuration.concurrency = 8
    let log = RecordedLog()
    let summary = try FetchStage(configuration).perform(
      in: fixture.workspace, context: log.context(), command: "test")
    #expect(summary.failed == ["http_error": 400])
    let warnings = log.lines(of: "warning")
    #expect(warnings.count == 1, "\(warnings)")
    #expect(
      warnings.first?.hasPrefix(
        "warning fetch: a host was given up: its other URLs fail without being asked for "
          + "detail=HTTP status 503 host=127.0.0.1:") == true, "\(warnings)")
    #expect(log.lines(of: "trace fetch: pair failed").count == 400)
  }
}
