import Foundation

extension ProgressRenderer {
  /// A renderer on standard error, for commands that are no stage.
  public static var onStandardError: ProgressRenderer {
    ProgressRenderer(
      isTerminal: Terminal.errorIsTerminal, now: { Date() },
      write: { FileHandle.standardError.write(Data($0.utf8)) })
  }
}
