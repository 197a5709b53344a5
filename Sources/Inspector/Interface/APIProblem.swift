import Audit
import FlyingFox
import Foundation

/// Why a request gets no answer of its own: a status, a code for programs, a sentence for people.
struct APIProblem: Error, Encodable {
  let status: HTTPStatusCode
  let code: String
  let message: String

  init(_ status: HTTPStatusCode, _ code: String, _ message: String) {
    self.status = status
    self.code = code
    self.message = message
  }

  enum CodingKeys: String, CodingKey {
    case error
    case message
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(code, forKey: .error)
    try container.encode(message, forKey: .message)
  }

  static let notFound = APIProblem(.notFound, "not_found", "There is nothing at this address.")

  static func badValue(_ name: String, _ problem: String) -> APIProblem {
    APIProblem(.badRequest, "bad_value", "\(name): \(problem)")
  }
}

extension APIProblem {
  /// What to tell of an error: a stage that writes is no fault, and only our own words are passed on.
  init(_ error: any Error) {
    switch error {
    case let problem as APIProblem:
      self = problem
    case AuditError.busy:
      self.init(
        .serviceUnavailable, "busy",
        "A stage is writing to the workspace just now. Try again in a moment.")
    case let error as AuditError where error.isAboutTheRequest:
      self.init(.badRequest, "bad_value", "\(error)")
    case let error as AuditError:
      self.init(.internalServerError, "audit", "\(error)")
    default:
      self.init(.internalServerError, "internal", "\(error)")
    }
  }

  /// The answer.
  var response: HTTPResponse {
    var response = HTTPResponse(json: self, status: status)
    if status == .serviceUnavailable { response.headers[HTTPHeader("Retry-After")] = "2" }
    if status == .methodNotAllowed { response.headers[HTTPHeader("Allow")] = "GET, HEAD, POST" }
    return response
  }
}

extension AuditError {
  /// Whether what was asked for cannot be, while the workspace is well.
  fileprivate var isAboutTheRequest: Bool {
    switch self {
    case .badCursor, .refused: true
    default: false
    }
  }
}

extension HTTPResponse {
  /// An answer of a value as JSON with sorted keys.
  init(json value: some Encodable, status: HTTPStatusCode = .ok) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let headers: HTTPHeaders = [.contentType: "application/json; charset=utf-8"]
    do {
      let data = try encoder.encode(value)
      self.init(
        statusCode: status, headers: headers,
        body: HTTPBodySequence(data: data, suggestedBufferSize: 1 << 16))
    } catch {
      let text = #"{"error":"internal","message":"The answer cannot be written as JSON."}"#
      self.init(statusCode: .internalServerError, headers: headers, body: Data(text.utf8))
    }
  }
}
