import FlyingFox
import FlyingSocks
import Foundation

/// An answer's body after which the connection is closed.
///
/// What a refused request still has to say may not be taken for the next request: its sender chose
/// it freely. The server closes a connection when a body fails, so this one fails after its end.
struct LastBody: AsyncBufferedSequence {
  typealias Element = UInt8
  let bytes: [UInt8]

  func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...]) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    var rest: ArraySlice<UInt8>

    mutating func next() async throws -> UInt8? {
      guard let first = rest.popFirst() else { throw SocketError.disconnected }
      return first
    }

    mutating func nextBuffer(suggested count: Int) async throws -> [UInt8]? {
      guard !rest.isEmpty else { throw SocketError.disconnected }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }
}

extension HTTPResponse {
  /// This answer, as the connection's last.
  func closingConnection() async throws -> HTTPResponse {
    let bytes = Array(try await bodyData)
    var response = HTTPResponse(
      version: version, statusCode: statusCode, headers: headers,
      body: HTTPBodySequence(from: LastBody(bytes: bytes), count: bytes.count))
    response.headers[.connection] = "close"
    return response
  }
}
