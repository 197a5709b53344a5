import FlyingFox

/// What every answer says to the browser, whatever else is in it.
enum SecurityHeaders {
  /// Nothing is loaded, run or sent but by this server's own files. Captions, URLs and notes are only
  /// ever set as text; were one to become markup, it could still do nothing.
  static let contentPolicy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].joined(separator: "; ")

  private static let all: [(name: String, value: String)] = [
    ("Content-Security-Policy", contentPolicy),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
  ]

  /// Adds them to an answer.
  static func add(to response: inout HTTPResponse) {
    for header in all { response.headers[HTTPHeader(header.name)] = header.value }
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
  }
}
