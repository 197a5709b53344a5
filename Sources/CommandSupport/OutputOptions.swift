import ArgumentParser
import Foundation
import Logging
import Stages

/// How a stage's command speaks: to the person who started it, to a log, and to what watches it.
public struct OutputOptions: ParsableArguments {
  @OptionGroup private var summary: SummaryOptions

  /// The least level that is logged.
  @Option(help: ArgumentHelp("Log to standard error what is at least this serious."))
  public var logLevel: Logger.Level = .warning

  /// How lines of the log are written.
  @Option(
    help: ArgumentHelp(
      """
      How the log is written. json is an object a line, with nothing else on standard error: \
      progress is logged at level info, and so is what failed, at level error.
      """))
  public var logFormat: LogFormat = .text

  /// Where Prometheus is told how the command is doing; nil for nowhere.
  @Option(
    name: .customLong("metrics-file"),
    help: ArgumentHelp(
      "Write progress, rates and outcomes here every 5 seconds, in Prometheus' text format.",
      valueName: "file"))
  public var metricsPath: String?

  /// Seconds between two writes of the metrics.
  private static let metricsInterval = 5.0

  /// Options at their defaults; the parser fills them in.
  public init() {}

  /// Whether the closing summary is JSON.
  public var json: Bool { summary.json }

  /// Calls `body` with a context whose progress is shown by the renderer, which `body` has to
  /// `finish()` before it prints.
  ///
  /// - Parameters:
  ///   - command: The program, as the metrics name it.
  ///   - workspace: Where it works; nil for nowhere.
  /// - Throws: What `body` throws, as `LoggedFailure` where it was logged for machines; `StagesError`
  ///   for metrics that cannot be written.
  public func withContext<Result>(
    of command: String, on workspace: Workspace?, restarts: Bool = false,
    _ body: (StageContext, ProgressRenderer) throws -> Result
  ) throws -> Result {
    let renderer = renderer()
    defer { renderer.finish() }
    let now: @Sendable () -> Date = { Date() }
    let logger = Logger(label: "winnow") { [logLevel, logFormat] _ in
      LineLogHandler(logLevel, logFormat, now: now) { renderer.write(line: $0) }
    }
    var metrics: MetricsFile?
    do {
      metrics = try metricsPath.map { path in
        try MetricsFile(
          at: path,
          CommandMetrics(
            command: command, workspace: workspace?.path ?? "", version: programVersion,
            startedAt: now()),
          every: Self.metricsInterval, now: now, uptime: renderer.uptime, logger: logger)
      }
      let result = try body(
        context(restarts: restarts, now: now, renderer, logger, metrics), renderer)
      metrics?.end(isSuccess: true)
      return result
    } catch {
      metrics?.end(isSuccess: false)
      guard logFormat == .json else { throw error }
      logger.error("failed", metadata: ["command": "\(command)", "error": "\(error)"])
      throw LoggedFailure(error: error)
    }
  }

  private func context(
    restarts: Bool, now: @escaping @Sendable () -> Date, _ renderer: ProgressRenderer,
    _ logger: Logger, _ metrics: MetricsFile?
  ) -> StageContext {
    let isShown = !summary.quiet && (logFormat == .text || logLevel <= .info)
    return StageContext(
      programVersion: programVersion, restarts: restarts, now: now, uptime: renderer.uptime,
      logger: logger, observe: { metrics?.note($0) },
      progress: { progress in
        metrics?.note(progress)
        if isShown { renderer.show(progress) }
      })
  }

  private func renderer() -> ProgressRenderer {
    guard logFormat == .json else { return .onStandardError }
    return .onStandardError(text: { LogLine(progress: $0, at: Date()).json })
  }

  /// Prints a summary, as text or as JSON.
  public func print(_ summary: some StageSummary) throws {
    Terminal.write(
      json ? try Self.encode(SummaryDocument(summary)) : Terminal.harmless(summary.report))
  }

  /// JSON with sorted keys over several lines. Characters that could do something to a terminal are
  /// escaped, which JSON's readers undo.
  public static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return HarmlessText.escapedJSON(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
