import Foundation

extension ProgressRenderer {
  /// A renderer on standard error, for commands that are no stage.
  public static var onStandardError: ProgressRenderer {
    let began = ContinuousClock.now
    return ProgressRenderer(
      isTerminal: Terminal.errorIsTerminal,
      uptime: { (ContinuousClock.now - began) / .seconds(1) },
      write: { FileHandle.standardError.write(Data($0.utf8)) })
  }
}
