import Foundation

/// The pages, by their addresses.
enum Page: Equatable {
  case overview, gallery, reviews, label
  case pair(Int64)

  /// The page's name: of its markup, of its script and of the body's class.
  var name: String {
    switch self {
    case .overview: "overview"
    case .gallery: "gallery"
    case .reviews: "reviews"
    case .label: "label"
    case .pair: "pair"
    }
  }

  private var title: String {
    switch self {
    case .overview: "Overview"
    case .gallery: "Gallery"
    case .reviews: "Reviews"
    case .label: "Label"
    case .pair(let pair): "Pair \(pair)"
    }
  }

  private var main: [UInt8] {
    switch self {
    case .overview: PackageResources.overview_html
    case .gallery: PackageResources.gallery_html
    case .reviews: PackageResources.reviews_html
    case .label: PackageResources.label_html
    case .pair: PackageResources.pair_html
    }
  }

  /// The page as HTML. Pages hold no results, only the places for them.
  func markup(_ configuration: InspectorConfiguration) -> String {
    let values = [
      "title": Self.escaped(title), "page": name, "token": configuration.token,
      "workspace": Self.escaped(configuration.name),
      "reviewer": Self.escaped(configuration.reviewer),
      "main": String(decoding: main, as: UTF8.self),
    ]
    return Self.filled(PackageResources.shell_html, values)
  }

  /// A file with values in the place of their names in double braces.
  static func filled(_ file: [UInt8], _ values: [String: String]) -> String {
    // In one pass: what stands for one place is not looked through for others.
    let parts = String(decoding: file, as: UTF8.self)
      .split(separator: "{{", omittingEmptySubsequences: false)
    return parts.dropFirst().reduce(into: String(parts[0])) { markup, part in
      guard let end = part.range(of: "}}") else { return markup += part }
      markup += (values[String(part[..<end.lowerBound])] ?? "") + part[end.upperBound...]
    }
  }

  /// Text as the content of an element or of a quoted attribute.
  static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default:
        if scalar.properties.generalCategory == .control
          || scalar.properties.generalCategory == .format
        {
          escaped += "U+\(String(scalar.value, radix: 16, uppercase: true))"
        } else {
          escaped.unicodeScalars.append(scalar)
        }
      }
    }
  }
}
