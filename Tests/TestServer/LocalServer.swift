import Foundation
import Glibc

/// An HTTP/1.1 server on 127.0.0.1, one thread a connection, which can be told to misbehave.
///
/// Stops when the value goes.
public final class LocalServer: @unchecked Sendable {
  /// The port that it listens on.
  public let port: Int
  private let listener: Int32
  private let respond: @Sendable (ServerRequest, ServerConnection) -> Void
  private let lock = NSLock()
  private var connections: Set<Int32> = []
  private var hits: [String: Int] = [:]
  private var isStopped = false

  /// A server that answers with `respond`.
  ///
  /// - Parameter port: 0 for one that is free.
  public init(
    port: Int = 0, respond: @escaping @Sendable (ServerRequest, ServerConnection) -> Void
  ) throws {
    // A connection that the client closed is an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    self.respond = respond
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var yes: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1024) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else {
      let problem = String(cString: strerror(errno))
      close(listener)
      throw ServerError(problem: "127.0.0.1:\(port): \(problem)")
    }
    self.port = Int(in_port_t(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self] in
      while true {
        let accepted = accept(listener, nil, nil)
        guard accepted >= 0 else {
          close(listener)
          return
        }
        guard let self, self.remember(accepted) else {
          close(accepted)
          continue
        }
        Thread.detachNewThread { [weak self] in
          Self.serve(accepted) { self }
        }
      }
    }
  }

  deinit { stop() }

  /// Ends all connections and listens no more.
  public func stop() {
    lock.withLock {
      guard !isStopped else { return }
      isStopped = true
      // Its thread closes it: a number that is free would be given to somebody else at once.
      shutdown(listener, Int32(SHUT_RDWR))
      for connection in connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  /// How often each path was asked for.
  public var requests: [String: Int] { lock.withLock { hits } }

  /// A URL of this server.
  public func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  private func remember(_ connection: Int32) -> Bool {
    lock.withLock {
      guard !isStopped else { return false }
      connections.insert(connection)
      return true
    }
  }

  /// Counts a request; gives how many there were for its path, this one included.
  private func count(_ path: String) -> Int {
    lock.withLock {
      hits[path, default: 0] += 1
      return hits[path, default: 0]
    }
  }

  private static func serve(_ descriptor: Int32, _ server: () -> LocalServer?) {
    var yes: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let connection = ServerConnection(descriptor)
    while connection.isOpen, let head = connection.readHead(), let server = server() {
      let request = ServerRequest(head: head, count: server.count)
      server.respond(request, connection)
    }
    _ = server()?.lock.withLock { server()?.connections.remove(descriptor) }
    close(descriptor)
  }
}

/// Why a server cannot be started.
public struct ServerError: Error {
  let problem: String
}
