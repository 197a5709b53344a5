import Glibc

/// The names under which the page may be asked for.
///
/// A page of a stranger can have its own name lead to 127.0.0.1 and then read whatever answers
/// there as if it were its own (DNS rebinding). Its name is what the browser sends as `Host`, so a
/// server that answers to its own names alone is out of reach.
struct AllowedHosts: Sendable {
  private let names: Set<String>
  /// Numbers are no names: no one else can have one lead here. They matter where the server listens
  /// on all addresses.
  private let takesNumbers: Bool

  init(listeningOn address: ListeningAddress, more: [String] = []) {
    names = Set(
      (["localhost", "127.0.0.1", "::1", address.host] + more).map { Self.unbracketed($0) })
    takesNumbers = address.isWildcard
  }

  /// Whether a `Host` header, with or without a port, names this server. Ports are not compared: one
  /// may be forwarded to another.
  func contains(_ header: String?) -> Bool {
    guard let header, let name = Self.name(of: header) else { return false }
    return names.contains(name) || takesNumbers && Self.isNumber(name)
  }

  /// The name in `name`, `name:port`, `[::1]` or `[::1]:port`.
  private static func name(of header: String) -> String? {
    guard header.utf8.count <= 255 else { return nil }
    if header.hasPrefix("[") {
      guard let end = header.firstIndex(of: "]") else { return nil }
      guard isPort(header[header.index(after: end)...]) else { return nil }
      return unbracketed(String(header[...end]))
    }
    guard let colon = header.firstIndex(of: ":") else { return header.lowercased() }
    guard isPort(header[colon...]) else { return nil }
    return header[..<colon].lowercased()
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
  }

  private static func unbracketed(_ name: String) -> String {
    let name = name.lowercased()
    return name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
  }

  private static func isNumber(_ name: String) -> Bool {
    var bytes = in6_addr()
    return inet_pton(AF_INET, name, &bytes) == 1 || inet_pton(AF_INET6, name, &bytes) == 1
  }
}
