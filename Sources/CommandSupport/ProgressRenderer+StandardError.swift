import Foundation
import Stages

extension ProgressRenderer {
  /// A renderer on standard error.
  public static var onStandardError: ProgressRenderer {
    onStandardError(isTerminal: Terminal.errorIsTerminal, text: text)
  }

  /// A renderer of plain lines on standard error, whoever reads it.
  static func onStandardError(
    text: @escaping @Sendable (StageProgress) -> String
  ) -> ProgressRenderer {
    onStandardError(isTerminal: false, text: text)
  }

  private static func onStandardError(
    isTerminal: Bool, text: @escaping @Sendable (StageProgress) -> String
  ) -> ProgressRenderer {
    let began = ContinuousClock.now
    return ProgressRenderer(
      isTerminal: isTerminal, text: text,
      uptime: { (ContinuousClock.now - began) / .seconds(1) },
      write: { FileHandle.standardError.write(Data($0.utf8)) })
  }
}
