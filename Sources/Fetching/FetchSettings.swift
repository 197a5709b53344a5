/// How transfers are made.
public struct FetchSettings: Sendable, Equatable {
  /// What servers are told to be talking to.
  public var userAgent: String
  /// Which addresses are connected to.
  public var addresses: AddressPolicy
  /// Whether X-Robots-Tag opt-outs are honoured.
  public var honoursOptOuts: Bool
  /// A file of certificates to trust instead of the system's.
  public var certificates: String?
  /// Transfers at a time.
  public var concurrency: Int
  /// Transfers at a time from one host.
  public var perHost: Int
  /// Seconds between the beginnings of two transfers from one host.
  public var hostDelay: Double
  /// Larger bodies are given up; in bytes, after decompression.
  public var maximumBytes: Int
  /// Larger bodies wait on disk for their end instead of in memory; in bytes.
  public var memoryBytes: Int
  /// Redirects of one transfer.
  public var maximumRedirects: Int
  /// Seconds for connecting.
  public var connectSeconds: Int
  /// Seconds for the whole transfer, redirects included.
  public var totalSeconds: Int
  /// Transfers that bring fewer bytes a second for `slowSeconds` are given up.
  public var slowBytes: Int
  /// See `slowBytes`.
  public var slowSeconds: Int
  /// When a transfer is tried again.
  public var retries: RetryPolicy

  /// The usual settings.
  public init(userAgent: String) {
    self.userAgent = userAgent
    addresses = .publicOnly
    honoursOptOuts = true
    certificates = nil
    concurrency = 128
    perHost = 8
    hostDelay = 0
    maximumBytes = 64 << 20
    memoryBytes = 1 << 20
    maximumRedirects = 5
    connectSeconds = 10
    totalSeconds = 60
    slowBytes = 1000
    slowSeconds = 15
    retries = RetryPolicy()
  }
}
