import FlyingFox
import Foundation
import Imaging
import Pairs

/// Answers requests: whether at all, then what for, then with what. Whatever happens ends in an answer
/// with all security headers.
struct InspectorHandler: HTTPHandler {
  let configuration: InspectorConfiguration
  let gate: RequestGuard
  let records: Records
  let pictures: PictureFinder
  /// Two, so that one huge picture does not hold up a page of small ones.
  private let picturing = [Lane("pictures"), Lane("pictures")]

  init(_ configuration: InspectorConfiguration, records: Records, pictures: PictureFinder) {
    self.configuration = configuration
    self.records = records
    self.pictures = pictures
    gate = RequestGuard(
      hosts: AllowedHosts(
        listeningOn: configuration.address, more: configuration.allowedHosts),
      token: configuration.token)
  }

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    var response: HTTPResponse
    do {
      if let problem = gate.refusal(of: request) { throw problem }
      response = try await answer(to: request)
    } catch {
      response = APIProblem(error).response
    }
    SecurityHeaders.add(to: &response)
    if request.method == .HEAD { response = try await response.withoutBody() }
    let count = request.bodySequence.count
    if count == nil || count.map({ $0 > RequestGuard.bodyLimit }) == true {
      response = try await response.closingConnection()
    }
    return response
  }

  private func answer(to request: HTTPRequest) async throws -> HTTPResponse {
    let path = request.target.path()
    let method: HTTPMethod = request.method == .HEAD ? .GET : request.method
    guard let route = Route(method: method, path: path) else { throw APIProblem.notFound }
    let query = try Query(request.target.query())
    switch route {
    case .page(let page): return markup(page)
    case .asset(let name): return try asset(name)
    case .state: return HTTPResponse(json: try await records.read { try $0.state() })
    case .summary: return HTTPResponse(json: try await records.read { try $0.summary() })
    case .training: return HTTPResponse(json: try await records.read { try $0.training() })
    case .histogram:
      let bars = try query.number("bars", in: 10...1000) ?? 100
      guard 1000.isMultiple(of: bars) else {
        throw APIProblem.badValue("bars", "has to divide 1000")
      }
      return HTTPResponse(json: try await records.read { try $0.histogram(bars: bars) })
    case .pairs:
      let page = try PairsRequest(query)
      return HTTPResponse(json: try await records.read { try $0.pairs(page) })
    case .pair(let pair):
      return HTTPResponse(json: try await records.read { try $0.answer(ofPair: pair) })
    case .reviews:
      let before = try query.number("after", in: 1...Int.max).map(Int64.init)
      let limit = try query.number("limit", in: 1...200) ?? 50
      return HTTPResponse(
        json: try await records.read { try $0.reviews(before: before, limit: limit) })
    case .label:
      let count = try query.number("count", in: InspectorConfiguration.labelCounts)
      let seed = try self.seed(in: query)
      let configuration = configuration
      return HTTPResponse(
        json: try await records.read {
          try $0.label(
            count: count ?? configuration.labelCount, seed: seed ?? configuration.labelSeed)
        })
    case .image(let pair):
      return picture(try await lane(pair).run { try pictures.picture(ofPair: pair) })
    case .thumbnail(let pair):
      return picture(try await lane(pair).run { try pictures.thumbnail(ofPair: pair) })
    case .review(let pair):
      let body = try ReviewBody(try await request.bodyData)
      return HTTPResponse(json: try await records.change { try $0.review(pair, body) })
    case .undo(let pair):
      return HTTPResponse(json: try await records.change { try $0.undo(pair) })
    }
  }

  private func lane(_ pair: Int64) -> Lane { picturing[Int(pair % 2)] }

  private func seed(in query: Query) throws(APIProblem) -> UInt64? {
    guard let text = try query.text("seed") else { return nil }
    guard let seed = UInt64(text) else {
      throw APIProblem.badValue("seed", "has to be a whole number from 0 on")
    }
    return seed
  }

  private func markup(_ page: Page) -> HTTPResponse {
    HTTPResponse(
      statusCode: .ok, headers: [.contentType: "text/html; charset=utf-8"],
      body: Data(page.markup(configuration).utf8))
  }

  private func asset(_ name: String) throws(APIProblem) -> HTTPResponse {
    guard let asset = Asset(named: name) else { throw APIProblem.notFound }
    // Asked for again with each page, since the next version of the program has the same names.
    return HTTPResponse(
      statusCode: .ok, headers: [.contentType: asset.mediaType, .cacheControl: "no-cache"],
      body: HTTPBodySequence(data: Data(asset.bytes), suggestedBufferSize: 1 << 16))
  }

  private func picture(_ picture: Picture) -> HTTPResponse {
    HTTPResponse(
      statusCode: .ok,
      headers: [
        .contentType: picture.mediaType ?? "application/octet-stream",
        .contentDisposition: "inline", .cacheControl: "private, max-age=300",
      ],
      body: HTTPBodySequence(data: Data(picture.bytes), suggestedBufferSize: 1 << 16))
  }
}

extension HTTPResponse {
  /// The answer to HEAD: the same headers, and how much the body would be.
  fileprivate func withoutBody() async throws -> HTTPResponse {
    var response = HTTPResponse(version: version, statusCode: statusCode, headers: headers)
    response.headers[.contentLength] = "\(try await bodyData.count)"
    return response
  }
}
