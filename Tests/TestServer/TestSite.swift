import Foundation
import Imaging

/// A site with pictures and with everything that goes wrong on the web. A query is left unread, so
/// that each path has any number of URLs.
///
/// | path | answer |
/// |---|---|
/// | `/image/N…` | a JPEG of 27 KB; another content for each N |
/// | `/status/N` | status N with a page; `/status/N/VALUE` with `X-Robots-Tag: VALUE` |
/// | `/redirect/N` | N redirects, then a picture; with `/VALUE` likewise |
/// | `/loop` | redirects to itself |
/// | `/to?URL` | a redirect to the URL |
/// | `/later/N` | 429 with `Retry-After: N` the first time, then a picture |
/// | `/flaky/N` | 500 twice, then a picture |
/// | `/stall` | never an answer |
/// | `/drip` | a picture at 1 byte a second |
/// | `/short` | a body that breaks off before its announced length |
/// | `/huge`, `/endless` | 2 GB, announced or not |
/// | `/bomb` | 64 MB of zeros in some 400 KB of gzip |
/// | `/page.jpg` | an HTML page as `image/jpeg` |
/// | `/empty` | no body |
/// | `/robots/VALUE` | a picture with `X-Robots-Tag: VALUE`, `+` for a space |
/// | `/compressed` | a picture in gzip, unasked |
/// | `/agent` | status 200 if the user agent begins with winnow and there is no password or cookie, else 403 |
public struct TestSite: Sendable {
  private let photograph: [UInt8]

  /// A site whose pictures take some milliseconds to make, once.
  public init() throws {
    photograph = try Self.makePhotograph()
  }

  /// A server of the site.
  public func serve(port: Int = 0) throws -> LocalServer {
    try LocalServer(port: port) { request, connection in answer(request, connection) }
  }

  /// The picture of a number: the same for all but a few bytes after its end, which decoders skip.
  public func image(_ number: Int) -> [UInt8] { photograph + Array("\(number)".utf8) }

  private func answer(_ request: ServerRequest, _ connection: ServerConnection) {
    let path =
      request.path.hasPrefix("/to?") ? request.path[...] : request.path.prefix { $0 != "?" }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let kind = parts.first ?? ""
    let argument = parts.dropFirst().joined(separator: "/")
    let number = Int(argument.prefix(while: \.isNumber)) ?? 0
    switch kind {
    case "image": connection.send(body: image(number))
    case "status":
      connection.send(
        "\(number) Status", type: "text/html", fields: robots(parts.dropFirst(2)),
        body: Self.page)
    case "redirect":
      redirect(
        connection, to: number > 1 ? "/redirect/\(number - 1)" : "/image/\(1000 + number)",
        robots(parts.dropFirst(2)))
    case "loop": redirect(connection, to: "/loop")
    case let to where to.hasPrefix("to?"):
      redirect(connection, to: String(request.path.dropFirst("/to?".count)))
    case "later" where request.number == 1:
      connection.send("429 Slow", type: nil, fields: [("Retry-After", "\(number)")])
    case "flaky" where request.number <= 2: connection.send("500 Broken", type: nil)
    case "later", "flaky": connection.send(body: image(number))
    case "agent":
      let isKnown =
        request.fields["user-agent"]?.hasPrefix("winnow") ?? false
        && request.fields["authorization"] == nil && request.fields["cookie"] == nil
      connection.send(isKnown ? "200 OK" : "403 No", body: image(7))
    case "robots":
      let value = argument.replacing("+", with: " ")
      connection.send(fields: [("X-Robots-Tag", value)], body: image(8))
    default: misbehave(String(kind), connection)
    }
  }

  private func misbehave(_ kind: String, _ connection: ServerConnection) {
    switch kind {
    case "page.jpg": connection.send(body: Self.page)
    case "empty": connection.send()
    case "stall": connection.waitForEnd()
    case "drip":
      connection.write(Array("HTTP/1.1 200 OK\r\nContent-Length: 27000\r\n\r\n".utf8))
      for byte in photograph where connection.write([byte]) { Thread.sleep(forTimeInterval: 1) }
      connection.end()
    case "short":
      let head = "HTTP/1.1 200 OK\r\nContent-Length: \(photograph.count * 2)\r\n\r\n"
      connection.write(Array(head.utf8) + photograph)
      connection.end()
    case "huge", "endless":
      let length = kind == "huge" ? "Content-Length: 2000000000\r\n" : ""
      connection.write(Array("HTTP/1.1 200 OK\r\n\(length)Connection: close\r\n\r\n".utf8))
      let block = photograph + [UInt8](repeating: 0, count: 1 << 20)
      for _ in 0..<1900 where connection.write(block) {}
      connection.end()
    case "bomb":
      connection.send(fields: [("Content-Encoding", "gzip")], body: Gzip.zeros(count: 64 << 20))
    case "compressed":
      connection.send(fields: [("Content-Encoding", "gzip")], body: Gzip.stored(image(9)))
    default: connection.send("404 Not Found", type: "text/html", body: Self.page)
    }
  }

  private func redirect(
    _ connection: ServerConnection, to place: String, _ fields: [(String, String)] = []
  ) {
    connection.send(
      "301 Moved", type: "text/html",
      fields: [("Location", place), ("Set-Cookie", "a=b")] + fields, body: Self.page)
  }

  private func robots(_ values: some Collection<Substring>) -> [(String, String)] {
    values.map { ("X-Robots-Tag", String($0)) }
  }

  private static let page = Array("<!DOCTYPE html><html><body>Nothing here</body></html>".utf8)

  /// Soft shapes with a little noise, 256 × 256, at a quality that gives some 27 KB.
  private static func makePhotograph() throws -> [UInt8] {
    let side = 256
    var state: UInt32 = 1
    var pixels: [UInt8] = []
    for row in 0..<side {
      for column in 0..<side {
        for channel in 0..<3 {
          state = state &* 1_664_525 &+ 1_013_904_223
          let wave = 127 + 80 * sin(Double(row * (channel + 1)) / 30) * cos(Double(column) / 40)
          pixels.append(UInt8(clamping: Int(wave) + Int(state >> 26) - 32))
        }
      }
    }
    let image = RGBImage(width: side, height: side, pixels: pixels)
    return try JPEGEncoder(quality: 85).bytes(of: image)
  }
}
