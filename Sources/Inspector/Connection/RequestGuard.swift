import FlyingFox
import Foundation

/// Decides whether a request is answered at all, before anything of it is acted on.
struct RequestGuard: Sendable {
  /// The names of this server.
  let hosts: AllowedHosts
  /// What a page of this server knows and no other page can read.
  let token: String

  /// The header that carries the token.
  static let tokenHeader = HTTPHeader("Winnow-Token")
  /// The most bytes of a request's body: a note of 2,000 characters fits many times.
  static let bodyLimit = 16 << 10

  /// Why the request is refused; nil when it is not.
  func refusal(of request: HTTPRequest) -> APIProblem? {
    guard hosts.contains(request.headers[.host]) else {
      return APIProblem(
        .misdirectedRequest, "unknown_host",
        "This server does not answer to that name. Open it by the address that it printed, or start"
          + " it with --allow-host NAME.")
    }
    if let count = request.bodySequence.count, count > Self.bodyLimit {
      return APIProblem(.payloadTooLarge, "too_large", "The request's body is too large.")
    }
    guard request.bodySequence.count != nil else {
      return APIProblem(
        .lengthRequired, "length_required", "The request does not say how large its body is.")
    }
    guard request.target.rawValue.utf8.count <= 8192 else {
      return APIProblem(.uriTooLong, "too_long", "The address is too long.")
    }
    switch request.method {
    case .GET, .HEAD: return readRefusal(of: request)
    case .POST: return changeRefusal(of: request)
    default:
      return APIProblem(.methodNotAllowed, "method", "Only GET, HEAD and POST are answered.")
    }
  }

  /// Pages may be linked to from anywhere; what they load is for themselves.
  private func readRefusal(of request: HTTPRequest) -> APIProblem? {
    guard let site = request.headers[HTTPHeader("Sec-Fetch-Site")] else { return nil }
    let isNavigation = request.headers[HTTPHeader("Sec-Fetch-Mode")] == "navigate"
    guard site == "same-origin" || site == "none" || isNavigation else { return Self.otherSite }
    return nil
  }

  private func changeRefusal(of request: HTTPRequest) -> APIProblem? {
    let site = request.headers[HTTPHeader("Sec-Fetch-Site")]
    guard site == nil || site == "same-origin" else { return Self.otherSite }
    guard let origin = request.headers[HTTPHeader("Origin")], let host = request.headers[.host],
      origin.lowercased() == "http://\(host.lowercased())"
        || origin.lowercased() == "https://\(host.lowercased())"
    else { return Self.otherSite }
    guard let given = request.headers[Self.tokenHeader], Self.areEqual(given, token) else {
      return APIProblem(
        .forbidden, "token",
        "The page is of an earlier start of the server. Load it again, then repeat this.")
    }
    let type = request.headers[.contentType]?.lowercased() ?? ""
    guard type == "application/json" || type.hasPrefix("application/json;") else {
      return APIProblem(
        .unsupportedMediaType, "media_type", "The request's body has to be application/json.")
    }
    return nil
  }

  private static let otherSite = APIProblem(
    .forbidden, "other_site", "Only this server's own pages may ask for this.")

  /// Compares in a time that does not tell how much agrees.
  private static func areEqual(_ first: String, _ second: String) -> Bool {
    let (first, second) = (Array(first.utf8), Array(second.utf8))
    guard first.count == second.count else { return false }
    return zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
