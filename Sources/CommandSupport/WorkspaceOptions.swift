import ArgumentParser
import Stages

/// The workspace that a command works on.
public struct WorkspaceOptions: ParsableArguments {
  /// The folder, as given.
  @Option(
    name: .customLong("workspace"),
    help: ArgumentHelp("The folder of the run.", valueName: "folder"))
  public var path: String

  /// Options at their defaults; the parser fills them in.
  public init() {}

  /// The workspace.
  public var workspace: Workspace { Workspace(path: path) }
}

/// Whether a command begins anew.
public struct RestartOptions: ParsableArguments {
  /// Whether the command begins anew.
  @Flag(
    name: .customLong("restart"),
    help: "Discard what this command began or did before, and do it anew.")
  public var restarts = false

  /// Options at their defaults; the parser fills them in.
  public init() {}
}

extension Stage {
  /// Runs the stage for a command of its name and prints its summary.
  public func perform(
    in options: WorkspaceOptions, restarts: Bool = false, output: OutputOptions
  ) throws {
    let command = "winnow-\(Self.name)"
    let summary = try output.withContext(
      of: command, on: options.workspace, restarts: restarts
    ) { context, _ in
      try perform(in: options.workspace, context: context, command: command)
    }
    try output.print(summary)
  }
}
