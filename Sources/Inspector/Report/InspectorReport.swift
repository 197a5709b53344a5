import Audit
import Foundation
import Imaging
import Pairs

/// A report of a workspace: one HTML file that holds all that it shows, to be sent around.
///
/// It names no path of this machine: local pictures are in it, but not where they were.
public struct InspectorReport: Sendable {
  private let records: Records
  private let pictures: PictureFinder
  private let version: String

  /// The most pairs that are shown of each reason.
  public static let sampleSizes = 0...100
  /// Pixels of a thumbnail's longer side.
  private static let thumbnailSide = 240

  /// A report of a workspace.
  public init(
    _ configuration: InspectorConfiguration, audit: AuditDatabase, index: InspectionIndex,
    version: String
  ) {
    records = Records(configuration, audit: audit, index: index)
    pictures = PictureFinder(configuration, audit: audit)
    self.version = version
  }

  /// The file's content.
  ///
  /// - Parameters:
  ///   - size: How many pairs are shown of each reason.
  ///   - progress: Receives how many of the samples are drawn, and how many there are.
  public func html(sampleSize size: Int, progress: (Int, Int) -> Void) throws -> String {
    let summary = try records.summary()
    let kinds = Self.kinds(summary)
    var samples: [ReportAnswer.Sample] = []
    for (number, kind) in kinds.enumerated() where size > 0 {
      progress(number, kinds.count)
      samples.append(try sample(kind, size: size))
    }
    progress(kinds.count, kinds.count)
    var histogram = try records.histogram(bars: 100)
    histogram.purifyCommand = "winnow-purify --workspace \(records.configuration.name)"
    let answer = ReportAnswer(
      summary: summary, histogram: histogram, training: try records.training(), samples: samples)
    return try markup(answer)
  }

  /// The kept and the rejected pairs by reason, the most frequent first.
  private static func kinds(_ summary: SummaryAnswer) -> [SummaryAnswer.Count] {
    var kinds: [SummaryAnswer.Count] = []
    for count in summary.counts
    where count.role == .train && (count.status == .kept || count.status == .rejected) {
      if let known = kinds.firstIndex(where: {
        $0.status == count.status && $0.reason == count.reason
      }) {
        kinds[known].pairs += count.pairs
      } else {
        kinds.append(count)
      }
    }
    return kinds.sorted {
      ($0.status == .kept ? 0 : 1, -$0.pairs) < ($1.status == .kept ? 0 : 1, -$1.pairs)
    }
  }

  private func sample(_ kind: SummaryAnswer.Count, size: Int) throws -> ReportAnswer.Sample {
    let page = try records.index.page(
      InspectionFilter(statuses: [kind.status], reasons: kind.reason.map { [$0] } ?? []),
      sort: .random, limit: size)
    return ReportAnswer.Sample(
      status: kind.status, reason: kind.reason, total: kind.pairs,
      pairs: page.rows.map { pair in
        ReportAnswer.Pair(
          pair: pair,
          thumbnail: (try? pictures.thumbnail(ofPair: pair.pairID, longerSide: Self.thumbnailSide))
            .map { "data:image/jpeg;base64,\(Data($0).base64EncodedString())" })
      })
  }

  private func markup(_ answer: ReportAnswer) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Within a script element only `<` could end it or begin a comment.
    let data = String(decoding: try encoder.encode(answer), as: UTF8.self)
      .replacingOccurrences(of: "<", with: "\\u003c")
    let style = String(decoding: PackageResources.style_css, as: UTF8.self)
    let script = ReportScript.text
    return Page.filled(
      PackageResources.report_html,
      [
        "title": Page.escaped(records.configuration.name), "version": Page.escaped(version),
        "written": Page.escaped(records.configuration.now().formatted(.iso8601)),
        "style": style, "style-hash": Self.hash(style), "script": script,
        "script-hash": Self.hash(script), "data": data,
      ])
  }

  /// What a Content-Security-Policy knows an element's content by.
  private static func hash(_ text: String) -> String {
    "sha256-\(Data(SHA256Digest(of: text.utf8).bytes).base64EncodedString())"
  }
}
