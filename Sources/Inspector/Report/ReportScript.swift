import Foundation

/// The scripts of the report as one: a file that is sent around has no others beside it.
///
/// Modules are put one after the other, what they import before them, with `import` lines and the word
/// `export` left out. So no two of them may have a name in common at their top level.
enum ReportScript {
  /// The modules in the order in which they need each other.
  static let modules: [[UInt8]] = [
    PackageResources.dom_js, PackageResources.text_js, PackageResources.format_js,
    PackageResources.chart_js, PackageResources.threshold_js, PackageResources.histogram_js,
    PackageResources.curves_js, PackageResources.summary_js, PackageResources.report_js,
  ]

  static var text: String {
    modules.map { module in
      String(decoding: module, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false
      )
      .filter { !$0.hasPrefix("import ") }
      .map { $0.hasPrefix("export ") ? $0.dropFirst("export ".count) : $0 }
      .joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
