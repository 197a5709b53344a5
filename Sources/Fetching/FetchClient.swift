import CFetching
import Glibc
import Pairs

/// Many transfers at once. The only place in this module that handles C's pointers. One thread at a
/// time may use a client.
final class FetchClient {
  private let client: OpaquePointer
  private let questions: Questions
  /// Transfers that were begun and whose end was not given yet.
  private(set) var active = 0

  /// What the C code asks while transfers run.
  private final class Questions {
    let addresses: AddressPolicy
    let honoursOptOuts: Bool

    init(_ settings: FetchSettings) {
      addresses = settings.addresses
      honoursOptOuts = settings.honoursOptOuts
    }
  }

  /// A client whose larger bodies go to files in `spillFolder`, which must exist.
  ///
  /// - Throws: `FetchError.client` when libcurl has no memory or lacks a feature.
  init(_ settings: FetchSettings, spillFolder: String) throws(FetchError) {
    try Self.provideDescriptors(for: settings.concurrency)
    questions = Questions(settings)
    var options = fetch_settings()
    options.maximum_bytes = UInt64(max(0, settings.maximumBytes))
    options.memory_bytes = UInt64(max(0, settings.memoryBytes))
    options.maximum_redirects = UInt32(clamping: settings.maximumRedirects)
    options.connect_milliseconds = UInt32(clamping: settings.connectSeconds * 1000)
    options.total_milliseconds = UInt32(clamping: settings.totalSeconds * 1000)
    options.slow_bytes = UInt32(clamping: settings.slowBytes)
    options.slow_seconds = UInt32(clamping: settings.slowSeconds)
    options.connections = UInt32(clamping: settings.concurrency * 2)
    options.host_connections = UInt32(clamping: settings.perHost)
    options.context = Unmanaged.passUnretained(questions).toOpaque()
    options.allows_address = { context, bytes, count in
      guard let context, let bytes else { return 0 }
      let questions = Unmanaged<Questions>.fromOpaque(context).takeUnretainedValue()
      return questions.addresses.allows(Array(UnsafeBufferPointer(start: bytes, count: count)))
        ? 1 : 0
    }
    options.refuses_robots_tag = { context, bytes, count in
      guard let context, let bytes else { return 0 }
      let questions = Unmanaged<Questions>.fromOpaque(context).takeUnretainedValue()
      let text = UnsafeBufferPointer(start: bytes, count: count)
      return questions.honoursOptOuts && RobotsTag.forbids(text) ? 1 : 0
    }
    let made = settings.userAgent.withCString { userAgent in
      spillFolder.withCString { spillFolder in
        options.user_agent = userAgent
        options.spill_folder = spillFolder
        guard let certificates = settings.certificates else {
          return fetch_client_create(&options)
        }
        return certificates.withCString {
          options.certificates = $0
          return fetch_client_create(&options)
        }
      }
    }
    guard let made else {
      throw .client(problem: "cannot be started: no memory, or built without http, https or IPv6")
    }
    client = made
  }

  deinit {
    // Until here C may ask.
    withExtendedLifetime(questions) { fetch_client_free(client) }
  }

  /// Raises the process's limit of open files to what the transfers can need: connections kept open,
  /// those of the look-ups of names, larger bodies.
  ///
  /// - Throws: `FetchError.client` when the limit cannot be raised so far.
  private static func provideDescriptors(for concurrency: Int) throws(FetchError) {
    let needed = rlim_t(concurrency * 5 + 64)
    var limit = rlimit()
    let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < needed else { return }
    limit.rlim_cur = min(needed, limit.rlim_max)
    guard limit.rlim_cur == needed, setrlimit(files, &limit) == 0 else {
      throw .client(
        problem: "\(concurrency) transfers need up to \(needed) open files, the limit is "
          + "\(limit.rlim_max); raise it with ulimit -n, or give a smaller --concurrency")
    }
  }

  /// Begins a transfer.
  func start(_ url: String, ticket: Int) throws(FetchError) {
    guard fetch_client_start(client, UInt64(bitPattern: Int64(ticket)), url) == 0 else {
      throw .client(problem: "no memory for another transfer")
    }
    active += 1
  }

  /// Moves the transfers on, waiting up to so long for something to happen.
  func wait(milliseconds: Int) throws(FetchError) {
    guard fetch_client_wait(client, UInt32(clamping: milliseconds)) == 0 else {
      throw .client(problem: "cannot wait for its transfers")
    }
  }

  /// A transfer that ended; nil when none did.
  func next() throws(FetchError) -> Transfer? {
    var result = fetch_result()
    guard fetch_client_next(client, &result) == 1 else { return nil }
    active -= 1
    return Transfer(
      ticket: Int(Int64(bitPattern: result.ticket)), end: try Self.end(of: result),
      status: result.status > 0 ? Int(result.status) : nil,
      finalURL: Self.text(result.final_url), contentType: Self.text(result.content_type),
      retryAfter: result.retry_after_seconds >= 0 ? Double(result.retry_after_seconds) : nil,
      seconds: result.seconds)
  }

  private static func end(of result: fetch_result) throws(FetchError) -> Transfer.End {
    let message = text(result.message) ?? ""
    func failed(_ reason: PairReason) -> Transfer.End { .failed(RowFailure(reason, message)) }
    switch result.end {
    case FETCH_TIMEOUT: return failed(.timeout)
    case FETCH_DNS: return failed(.dns)
    case FETCH_CONNECTION: return failed(.connection)
    case FETCH_TLS: return failed(.tls)
    case FETCH_TOO_LARGE: return failed(.tooLarge)
    case FETCH_REDIRECT_LIMIT: return failed(.redirectLimit)
    case FETCH_OPTED_OUT: return failed(.optedOut)
    case FETCH_BLOCKED_ADDRESS: return failed(.blockedAddress)
    case FETCH_MALFORMED_URL: return failed(.malformedURL)
    case FETCH_UNSUPPORTED_SCHEME: return failed(.unsupportedURL)
    case FETCH_ENCODING: return failed(.notAnImage)
    case FETCH_ANSWERED: break
    case FETCH_MACHINE: throw .client(problem: message)
    default: throw .store(path: text(result.spilled) ?? "the folder of images", problem: message)
    }
    guard (200...299).contains(result.status) else { return .answered }
    if let path = text(result.spilled) { return .file(path: path, bytes: Int(result.length)) }
    return .body(Array(UnsafeBufferPointer(start: result.bytes, count: Int(result.length))))
  }

  /// Text from outside: bytes that are not UTF-8 become replacement characters.
  private static func text(_ pointer: UnsafePointer<CChar>?) -> String? {
    pointer.map { String(cString: $0) }
  }
}
