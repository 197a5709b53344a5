import Fetching
import Pairs

/// What `winnow-fetch` can be told.
public struct FetchConfiguration: StageConfiguration, Equatable {
  /// Whether the URLs that failed in earlier runs are tried again, and no others.
  public var retriesFailed: Bool
  /// Transfers at a time.
  public var concurrency: Int
  /// Transfers at a time from one host.
  public var perHost: Int
  /// Seconds between the beginnings of two transfers from one host.
  public var hostDelay: Double
  /// Times that a URL is asked for before it fails, where another time may help.
  public var tries: Int
  /// Seconds before the second try; each further wait is twice as long.
  public var retryDelay: Double
  /// Larger files are given up; in units of 2²⁰ bytes.
  public var maximumMegabytes: Int
  /// Redirects of one URL.
  public var maximumRedirects: Int
  /// Seconds for connecting.
  public var connectSeconds: Int
  /// Seconds for one transfer, redirects included.
  public var maximumSeconds: Int
  /// Whether images are taken that their sites ask not to use.
  public var ignoresOptOuts: Bool
  /// Whether addresses are connected to that are not on the public internet.
  public var allowsPrivateAddresses: Bool
  /// What servers are told to be talking to; the program's name and version when nil.
  public var userAgent: String?
  /// A file of certificates to trust instead of the system's.
  public var certificates: String?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case retriesFailed = "retry-failed"
    case concurrency = "concurrency"
    case perHost = "per-host"
    case hostDelay = "host-delay"
    case tries = "tries"
    case retryDelay = "retry-delay"
    case maximumMegabytes = "max-megabytes"
    case maximumRedirects = "max-redirects"
    case connectSeconds = "connect-seconds"
    case maximumSeconds = "max-seconds"
    case ignoresOptOuts = "ignore-opt-outs"
    case allowsPrivateAddresses = "allow-private-addresses"
    case userAgent = "user-agent"
    case certificates = "certificates"
  }

  /// The defaults.
  public init() {
    let standard = FetchSettings(userAgent: "")
    retriesFailed = false
    concurrency = standard.concurrency
    perHost = standard.perHost
    hostDelay = standard.hostDelay
    tries = standard.retries.tries
    retryDelay = standard.retries.firstDelay
    maximumMegabytes = standard.maximumBytes >> 20
    maximumRedirects = standard.maximumRedirects
    connectSeconds = standard.connectSeconds
    maximumSeconds = standard.totalSeconds
    ignoresOptOuts = false
    allowsPrivateAddresses = false
    userAgent = nil
    certificates = nil
  }

  /// Reads a configuration; what is left out takes its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let standard = FetchConfiguration()
    retriesFailed = try container.value(.retriesFailed, default: standard.retriesFailed)
    concurrency = try container.value(.concurrency, default: standard.concurrency)
    perHost = try container.value(.perHost, default: standard.perHost)
    hostDelay = try container.value(.hostDelay, default: standard.hostDelay)
    tries = try container.value(.tries, default: standard.tries)
    retryDelay = try container.value(.retryDelay, default: standard.retryDelay)
    maximumMegabytes = try container.value(.maximumMegabytes, default: standard.maximumMegabytes)
    maximumRedirects = try container.value(.maximumRedirects, default: standard.maximumRedirects)
    connectSeconds = try container.value(.connectSeconds, default: standard.connectSeconds)
    maximumSeconds = try container.value(.maximumSeconds, default: standard.maximumSeconds)
    ignoresOptOuts = try container.value(.ignoresOptOuts, default: standard.ignoresOptOuts)
    allowsPrivateAddresses = try container.value(
      .allowsPrivateAddresses, default: standard.allowsPrivateAddresses)
    userAgent = try container.decodeIfPresent(String.self, forKey: .userAgent)
    certificates = try container.decodeIfPresent(String.self, forKey: .certificates)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// `certificates`.
  public static var pathKeys: Set<String> { ["certificates"] }

  /// Refuses numbers out of their ranges.
  public func validate() throws(StagesError) {
    try check(.concurrency, concurrency, 1...4096)
    try check(.perHost, perHost, 1...4096)
    try check(.tries, tries, 1...20)
    try check(.maximumMegabytes, maximumMegabytes, 1...2048)
    try check(.maximumRedirects, maximumRedirects, 0...50)
    try check(.connectSeconds, connectSeconds, 1...3600)
    try check(.maximumSeconds, maximumSeconds, 1...86400)
    try check(.hostDelay, hostDelay, 0...3600)
    try check(.retryDelay, retryDelay, 0...3600)
    if let userAgent {
      guard !userAgent.isEmpty, userAgent.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw .configuration(
          stage: FetchStage.name, key: CodingKeys.userAgent.rawValue,
          problem: "must be printable ASCII")
      }
    }
  }

  private func check<Number: Comparable>(
    _ key: CodingKeys, _ value: Number, _ range: ClosedRange<Number>
  ) throws(StagesError) {
    guard range.contains(value) else {
      throw .configuration(
        stage: FetchStage.name, key: key.rawValue,
        problem: "\(value) is not within \(range.lowerBound) and \(range.upperBound)")
    }
  }

  /// How transfers are made.
  func settings(programVersion: String) -> FetchSettings {
    var settings = FetchSettings(userAgent: userAgent ?? "winnow/\(programVersion)")
    settings.addresses = allowsPrivateAddresses ? .any : .publicOnly
    settings.honoursOptOuts = !ignoresOptOuts
    settings.certificates = certificates
    settings.concurrency = concurrency
    settings.perHost = perHost
    settings.hostDelay = hostDelay
    settings.maximumBytes = maximumMegabytes << 20
    settings.maximumRedirects = maximumRedirects
    settings.connectSeconds = connectSeconds
    settings.totalSeconds = maximumSeconds
    settings.retries.tries = tries
    settings.retries.firstDelay = retryDelay
    return settings
  }
}
