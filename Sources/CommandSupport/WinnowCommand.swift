import ArgumentParser
import Foundation
import Pairs
import Stages

/// A command of the program: exit status 0 for done, 1 for failed, 2 for wrong usage; errors as
/// `winnow-ingest: error: what failed` on standard error.
public protocol WinnowCommand: ParsableCommand {}

extension WinnowCommand {
  /// Parses the process's arguments, runs and exits.
  public static func main() {
    Foundation.exit(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// Parses arguments and runs; the exit status is returned.
  public static func status(of arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as LoggedFailure {
      return isAboutValues(failure.error) ? 2 : 1
    } catch let error where isAboutUsage(error) {
      return report(usage: error)
    } catch let error where isAboutValues(error) {
      Terminal.writeError("\(_commandName): error: \(error)\nSee '\(_commandName) --help'.")
      return 2
    } catch {
      Terminal.writeError("\(_commandName): error: \(error)")
      return 1
    }
  }

  /// Errors of the parser, and its requests for help or the version, which are errors too.
  private static func isAboutUsage(_ error: any Error) -> Bool {
    let code = exitCode(for: error)
    return code == .success || code == .validationFailure || error is ExitCode
  }

  /// Errors about options that parse and still cannot be, such as a share above one.
  private static func isAboutValues(_ error: any Error) -> Bool {
    if case StagesError.configuration = error { return true }
    if case PairsError.invalidArgument = error { return true }
    return false
  }

  private static func report(usage error: any Error) -> Int32 {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if code == .success {
      Terminal.write(message)
      return 0
    }
    if message.hasPrefix("Error: ") {
      Terminal.writeError("\(_commandName): error: \(message.dropFirst("Error: ".count))")
    } else if !message.isEmpty {
      Terminal.writeError(message)
    }
    return code == .validationFailure ? 2 : 1
  }
}
