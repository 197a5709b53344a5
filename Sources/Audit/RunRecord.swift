import Foundation
import Pairs

/// One run of a stage, as asked for.
public struct RunRequest: Sendable {
  /// The stage's name; becomes the `stage` of the pairs that the run changes.
  public let command: String
  /// The configuration as JSON with sorted keys; its SHA-256 identifies it.
  public let configuration: String
  /// The version of the program.
  public let programVersion: String
  /// The seed, for stages that draw random numbers.
  public let seed: UInt64?
  /// When it began.
  public let startedAt: Date
  /// What it counts, in the plural, such as `pairs`; nil for a run that is not measured.
  public let unit: String?

  /// A run of its parts.
  public init(
    command: String, configuration: String, programVersion: String, seed: UInt64?, startedAt: Date,
    unit: String? = nil
  ) {
    self.command = command
    self.configuration = configuration
    self.programVersion = programVersion
    self.seed = seed
    self.startedAt = startedAt
    self.unit = unit
  }

  /// SHA-256 of the configuration, 64 hexadecimal digits.
  public var configurationHash: String { SHA256Digest(of: configuration.utf8).description }
}

/// One run of a stage, as stored.
public struct RunRecord: Sendable, Equatable {
  /// The row's number.
  public let id: Int64
  /// The stage's name.
  public let command: String
  /// The configuration as JSON.
  public let configuration: String
  /// SHA-256 of the configuration, 64 hexadecimal digits.
  public let configurationHash: String
  /// The version of the program.
  public let programVersion: String
  /// The seed, for stages that draw random numbers.
  public let seed: UInt64?
  /// When it began, ISO 8601 in UTC.
  public let startedAt: String
  /// When it ended; nil while it goes on and after a kill.
  public let endedAt: String?
  /// How many rows ended with each reason, or with `ok`: manifest lines for ingest, image
  /// locations for featurize, pairs for purify.
  public let counts: [String: Int]
  /// What `done` counts, in the plural; nil for a run of an earlier version.
  public let unit: String?
  /// How many of it were done, before a kill and after it; nil where that was not measured.
  public let done: Int?
  /// How long that took, in all; nil where that was not measured.
  public let seconds: Double?
}
