import Foundation

/// What the page is served from, and to whom.
public struct InspectorConfiguration: Sendable {
  /// The workspace's folder, absolute.
  public let workspace: String
  /// Where to listen.
  public let address: ListeningAddress
  /// Names beside the address's own that the page may be asked for by.
  public let allowedHosts: [String]
  /// The name that reviews are stored under.
  public let reviewer: String
  /// How many pairs label mode asks for.
  public let labelCount: Int
  /// Which random pairs these are.
  public let labelSeed: UInt64
  /// What this server's pages prove by that they are its own: random, new with each start.
  public let token: String
  /// The clock.
  public let now: @Sendable () -> Date
  /// Who writes to the workspace now; nil when nobody does.
  public let writer: @Sendable () -> String?

  /// A configuration of its parts.
  public init(
    workspace: String, address: ListeningAddress, allowedHosts: [String] = [], reviewer: String,
    labelCount: Int = 200, labelSeed: UInt64 = 0, token: String,
    now: @escaping @Sendable () -> Date, writer: @escaping @Sendable () -> String?
  ) {
    self.workspace = workspace
    self.address = address
    self.allowedHosts = allowedHosts
    self.reviewer = reviewer
    self.labelCount = labelCount
    self.labelSeed = labelSeed
    self.token = token
    self.now = now
    self.writer = writer
  }

  /// A token of 32 random bytes.
  public static func token(using generator: inout some RandomNumberGenerator) -> String {
    (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// How many pairs one labelling session may ask for.
  public static let labelCounts = 1...2000

  /// The workspace's name, for titles.
  var name: String { (workspace as NSString).lastPathComponent }
  /// Every pair, its scores, its decision and why.
  var databasePath: String { workspace + "/audit.sqlite" }
  /// The index of lists.
  var indexPath: String { workspace + "/inspect.sqlite" }
  /// Fetched images by content hash.
  var imagesPath: String { workspace + "/images" }
  /// One JSON object an epoch.
  var trainingPath: String { workspace + "/models/training.jsonl" }

  /// A command on the workspace, as it is typed: the path is quoted where a shell would take it apart.
  func command(_ name: String, _ arguments: String...) -> String {
    let plain = workspace.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-+".utf8.contains(byte)
      }
    }
    let path =
      plain ? workspace : "'" + workspace.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    return ([name, "--workspace", path] + arguments).joined(separator: " ")
  }
}
