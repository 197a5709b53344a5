import Foundation
import Glibc

/// What a server answers to bytes that a test chose one by one: a client that helps with nothing.
struct HTTPAnswer: Sendable {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as a JSON object.
  var object: [String: Any] {
    get throws {
      try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
    }
  }

  /// Sends one request on a connection of its own and reads until the server closes it.
  init(
    port: Int, method: String, target: String, headers: [String: String], body: [UInt8] = []
  ) async throws {
    var head = "\(method) \(target) HTTP/1.1\r\n"
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    if method == "POST", headers["Transfer-Encoding"] == nil {
      head += "Content-Length: \(body.count)\r\n"
    }
    try await self.init(port: port, bytes: Array((head + "Connection: close\r\n\r\n").utf8) + body)
  }

  /// Sends bytes and reads until the server closes the connection.
  init(port: Int, bytes: [UInt8]) async throws {
    self = try await withCheckedThrowingContinuation { continuation in
      // A thread of its own: the server needs the shared ones.
      Thread.detachNewThread {
        continuation.resume(with: Result { try Self.exchange(port: port, bytes: bytes) })
      }
    }
  }

  private struct Failure: Error { let problem: String }

  private static func exchange(port: Int, bytes: [UInt8]) throws -> HTTPAnswer {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure(problem: "no connection") }
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent,
          Int32(MSG_NOSIGNAL))
      }
      // A server that has refused already need not read on.
      if count <= 0 { break }
      sent += count
    }
    var received: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &block, block.count, 0)
      if count <= 0 { break }
      received += block[..<count]
    }
    return try HTTPAnswer(parsing: received)
  }

  private init(parsing bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.range(of: "\r\n\r\n") else {
      throw Failure(problem: "no answer, but \(text.prefix(100).debugDescription)")
    }
    let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
    status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
    headers = lines.dropFirst().reduce(into: [:]) { headers, line in
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.last?.trimmingCharacters(in: .whitespaces)
    }
    // Counted in bytes of the head, which is ASCII.
    body = Array(bytes[text[..<end.upperBound].utf8.count...])
  }
}
