import Audit
import FlyingFox
import FlyingSocks
import Foundation

/// Serves a workspace as web pages until it is stopped.
public final class InspectorServer: Sendable {
  private let configuration: InspectorConfiguration
  private let server: HTTPServer

  /// How long a connection may stay silent.
  static let idleLimit: Duration = .seconds(30)
  /// How long an answer may take, in seconds: the first list of a large workspace is the longest.
  static let answerLimit: TimeInterval = 120

  /// A server of a workspace.
  ///
  /// - Parameters:
  ///   - audit: The workspace's audit, open for reading.
  ///   - index: The index of its lists.
  /// - Throws: `InspectorError.address` for a host that cannot be listened on.
  public convenience init(
    _ configuration: InspectorConfiguration, audit: AuditDatabase, index: InspectionIndex
  ) throws(InspectorError) {
    try self.init(configuration, audit: audit, index: index, idleLimit: Self.idleLimit)
  }

  init(
    _ configuration: InspectorConfiguration, audit: AuditDatabase, index: InspectionIndex,
    idleLimit: Duration
  ) throws(InspectorError) {
    self.configuration = configuration
    let handler = InspectorHandler(
      configuration, records: Records(configuration, audit: audit, index: index),
      pictures: PictureFinder(configuration, audit: audit))
    let settings = try Self.settings(configuration.address, idleLimit: idleLimit)
    server = HTTPServer(config: settings, handler: handler)
  }

  private static func settings(
    _ address: ListeningAddress, idleLimit: Duration
  ) throws(InspectorError) -> HTTPServer.Configuration {
    func settings(_ socket: some SocketAddress) -> HTTPServer.Configuration {
      HTTPServer.Configuration(
        address: socket, timeout: answerLimit,
        // Bodies up to the limit are read at once, larger ones not at all.
        sharedRequestBufferSize: RequestGuard.bodyLimit,
        sharedRequestReplaySize: RequestGuard.bodyLimit,
        pool: IdleLimitPool(base: HTTPServer.defaultPool(), limit: idleLimit), logger: .disabled)
    }
    return settings(try address.socketAddress())
  }

  /// Serves until `stop()` is called or the task is cancelled.
  ///
  /// - Throws: `InspectorError`.
  public func run() async throws {
    // A browser that goes away while it is answered must not end the process.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await server.run()
    } catch is CancellationError {
      return
    } catch SocketError.disconnected {
      return
    } catch SocketError.failed(_, let code, _) where code == EADDRINUSE {
      throw InspectorError.portInUse(
        host: configuration.address.host, port: configuration.address.port)
    } catch SocketError.failed(_, let code, _) where code == EACCES {
      throw InspectorError.portNotAllowed(
        host: configuration.address.host, port: configuration.address.port)
    } catch SocketError.failed(_, let code, _) where code == EADDRNOTAVAIL {
      throw InspectorError.address(
        host: configuration.address.host, problem: "is no address of this machine")
    } catch {
      throw InspectorError.stopped(problem: error.localizedDescription)
    }
  }

  /// Waits until it listens and returns the address of its first page.
  public func address() async throws -> String {
    try await server.waitUntilListening()
    let host = configuration.address.host
    switch await server.listeningAddress {
    case .ip4(_, let port): return "http://\(host):\(port)/"
    case .ip6(_, let port): return "http://[\(host)]:\(port)/"
    case .unix, nil: throw InspectorError.stopped(problem: "it does not listen")
    }
  }

  /// Stops it: no new connection is taken, and those that are answered just now have a moment left.
  public func stop() async {
    await server.stop(timeout: 1)
  }
}
