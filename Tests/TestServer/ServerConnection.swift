import Foundation
import Glibc

/// What a client asks.
public struct ServerRequest: Sendable {
  /// The path with its query.
  public let path: String
  /// The header fields, names in lower case.
  public let fields: [String: String]
  /// How often the path was asked for, this time included.
  public let number: Int

  init(head: String, count: (String) -> Int) {
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)
    let words = lines.first?.split(separator: " ") ?? []
    path = words.count > 1 ? String(words[1]) : "/"
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      fields[line[..<colon].lowercased()] = value
    }
    self.fields = fields
    number = count(path)
  }
}

/// One client's connection.
public final class ServerConnection {
  private let descriptor: Int32
  private var unread: [UInt8] = []
  /// Whether more requests are read from it.
  private(set) var isOpen = true

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Answers with a whole body.
  public func send(
    _ status: String = "200 OK", type: String? = "image/jpeg", fields: [(String, String)] = [],
    body: [UInt8] = []
  ) {
    var head = "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\n"
    if let type { head += "Content-Type: \(type)\r\n" }
    for (name, value) in fields { head += "\(name): \(value)\r\n" }
    write(Array((head + "\r\n").utf8) + body)
  }

  /// Sends bytes as they are; false when the client is gone.
  @discardableResult
  public func write(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: sent), $0.count - sent)
      }
      guard count > 0 || errno == EINTR else {
        isOpen = false
        return false
      }
      sent += max(0, count)
    }
    return true
  }

  /// Ends the connection after the present answer.
  public func end() { isOpen = false }

  /// Waits until the client is gone, answering nothing.
  public func waitForEnd() {
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) > 0 {}
    isOpen = false
  }

  /// The next request's head; nil when the client is gone.
  func readHead() -> String? {
    let end = Array("\r\n\r\n".utf8)
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      if let range = unread.firstRange(of: end) {
        let head = String(decoding: unread[..<range.lowerBound], as: UTF8.self)
        unread.removeFirst(range.upperBound)
        return head
      }
      let count = read(descriptor, &block, block.count)
      guard count > 0, unread.count < 65536 else { return nil }
      unread += block[..<count]
      // No request begins so, a TLS handshake does: it would wait for an answer for ever.
      guard unread.first != 0x16 else { return nil }
    }
  }
}
