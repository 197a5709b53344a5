/// One step of the way of a pair: a name, a configuration and a run.
///
/// Adding a stage takes a type that conforms to this, and its line in `StageRegistry.standard`.
public protocol Stage: Sendable {
  /// What the stage can be told.
  associatedtype Configuration: StageConfiguration
  /// What it says when it is done.
  associatedtype Summary: StageSummary

  /// The stage's name: the key in a pipeline, `winnow-NAME` on the command line, `command` in
  /// the table `run`.
  static var name: String { get }
  /// What the stage does with the workspace.
  static var access: WorkspaceAccess { get }

  /// What the stage was told.
  var configuration: Configuration { get }

  /// A stage with a configuration, which is validated by `perform`.
  init(_ configuration: Configuration)

  /// Refuses what can be refused before anything is written, the workspace's folder included.
  func check(in workspace: Workspace) throws

  /// Does the work, going on where an interrupted run of the same configuration stopped. Called by
  /// `perform`, which has checked and locked.
  func run(in workspace: Workspace, context: StageContext) throws -> Summary
}

/// What a stage does with the workspace.
public enum WorkspaceAccess: Sendable {
  /// Writes to it: one such stage at a time.
  case writes
  /// Reads it, beside any writer.
  case reads
  /// Does not touch it.
  case none
}

extension Stage {
  /// Nothing to refuse beforehand.
  public func check(in workspace: Workspace) throws {}

  /// Validates, checks, locks the workspace if the stage writes to it, and runs. A workspace of an
  /// older version is brought up to date first, since what is checked is read from it.
  ///
  /// - Parameters:
  ///   - command: The program, as a second writer is told.
  ///   - lock: A lock that the caller already holds.
  public func perform(
    in workspace: Workspace, context: StageContext, command: String, holding lock: WriterLock? = nil
  ) throws -> Summary {
    let context = context.naming(stage: Self.name)
    context.observe(.began(stage: Self.name))
    context.logger.info(
      "stage begun",
      metadata: ["version": "\(context.programVersion)", "workspace": "\(workspace.path)"])
    do {
      let summary = try performChecked(
        in: workspace, context: context, command: command, holding: lock)
      context.logger.info("stage ended", metadata: summary.throughput?.metadata ?? [:])
      context.observe(.ended(stage: Self.name, summary.throughput))
      return summary
    } catch {
      context.observe(.failed(stage: Self.name))
      throw error
    }
  }

  private func performChecked(
    in workspace: Workspace, context: StageContext, command: String, holding lock: WriterLock?
  ) throws -> Summary {
    try configuration.validate()
    if Self.access != .none { try workspace.checkVersion() }
    if Self.access == .writes {
      try workspace.bringUpToDate(for: command, holding: lock, context: context)
    }
    try check(in: workspace)
    guard Self.access == .writes else { return try run(in: workspace, context: context) }
    let ownLock = try lock == nil ? workspace.lock(for: command) : nil
    defer { ownLock?.release() }
    let summary = try run(in: workspace, context: context)
    try workspace.keepStanding(at: context.now())
    return summary
  }
}
