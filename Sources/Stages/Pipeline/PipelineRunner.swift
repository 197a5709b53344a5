import Foundation

/// Runs the stages of a pipeline in order, in this process.
public struct PipelineRunner: Sendable {
  private let pipeline: PipelineFile
  /// Where the stages work.
  public let workspace: Workspace

  /// A runner of a pipeline.
  ///
  /// - Parameter workspace: Outranks the one that the file names.
  /// - Throws: `StagesError.pipeline` when neither is there.
  public init(_ pipeline: PipelineFile, in workspace: Workspace? = nil) throws(StagesError) {
    guard let workspace = workspace ?? pipeline.workspace else {
      throw .pipeline(
        path: pipeline.path, line: nil,
        problem: "names no workspace; give one there or with --workspace")
    }
    self.pipeline = pipeline
    self.workspace = workspace
  }

  /// Runs all stages. What an interrupted run completed is found done and not done again.
  ///
  /// The workspace is locked from the first stage that writes to it until the end, so that no
  /// other writer comes in between two stages.
  ///
  /// - Parameter completed: Called after each stage with its name and summary.
  public func run(
    context: StageContext, completed: (String, any StageSummary) throws -> Void
  ) throws {
    var lock: WriterLock?
    defer { lock?.release() }
    for stage in pipeline.stages {
      let kind = type(of: stage)
      if kind.access == .writes, lock == nil {
        // Refuse before the workspace's folder is made. What is checked is read from the database.
        try workspace.checkVersion()
        try workspace.bringUpToDate(
          for: "winnow run", holding: nil, context: context.naming(stage: kind.name))
        try stage.check(in: workspace)
        lock = try workspace.lock(for: "winnow run")
      }
      let summary: any StageSummary = try stage.perform(
        in: workspace, context: context, command: "winnow run", holding: lock)
      try completed(kind.name, summary)
    }
  }
}
