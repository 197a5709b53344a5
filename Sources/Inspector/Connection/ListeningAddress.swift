import FlyingSocks
import Glibc

/// Where a server listens: a numeric address or a name of this machine, and a port.
public struct ListeningAddress: Sendable, Equatable {
  /// The host as given: `127.0.0.1`, `::1`, `localhost`, a name.
  public let host: String
  /// The port; 0 picks a free one.
  public let port: UInt16

  /// An address of its parts.
  public init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine reaches it.
  public var isLoopback: Bool {
    host == "::1" || host.lowercased() == "localhost" || host.hasPrefix("127.")
  }

  /// Whether it stands for every address of this machine.
  var isWildcard: Bool { host == "0.0.0.0" || host == "::" }

  /// The address for the socket.
  ///
  /// - Throws: `InspectorError.address` for a name that leads nowhere.
  func socketAddress() throws(InspectorError) -> any SocketAddress {
    // `localhost` may lead to either family, in either order; the number is what people expect.
    let host = host.lowercased() == "localhost" ? "127.0.0.1" : host
    if let address = try? sockaddr_in.inet(ip4: host, port: port) { return address }
    if let address = try? sockaddr_in6.inet6(ip6: host, port: port) { return address }
    return try Self.lookUp(host, port: port)
  }

  private static func lookUp(
    _ host: String, port: UInt16
  ) throws(InspectorError) -> any SocketAddress {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &found)
    guard code == 0, let found else {
      throw .address(host: host, problem: String(cString: gai_strerror(code)))
    }
    defer { freeaddrinfo(found) }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let status = getnameinfo(
      found.pointee.ai_addr, found.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
      NI_NUMERICHOST)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let number = String(decoding: bytes, as: UTF8.self)
    if status == 0 {
      if let address = try? sockaddr_in.inet(ip4: number, port: port) { return address }
      if let address = try? sockaddr_in6.inet6(ip6: number, port: port) { return address }
    }
    throw .address(host: host, problem: "leads to no address that can be listened on")
  }
}
