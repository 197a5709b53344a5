import ArgumentParser
import Logging

/// How lines of the log are written.
public enum LogFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
  /// For people.
  case text
  /// For machines: a JSON object a line, and nothing else.
  case json
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
