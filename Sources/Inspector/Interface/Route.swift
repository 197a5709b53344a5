import FlyingFox

/// What a request asks for, by its method and path: a closed list. No part of a path is ever a file's
/// name.
enum Route: Equatable {
  case page(Page)
  case asset(String)
  case state, summary, histogram, training, pairs, reviews, label
  case pair(Int64), image(Int64), thumbnail(Int64)
  case review(Int64), undo(Int64)

  /// - Parameter path: the path as it was sent, percent-encoding kept: none of ours has any.
  init?(method: HTTPMethod, path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard path.hasPrefix("/"), let route = Self.route(Array(parts)) else { return nil }
    guard route.changesState == (method == .POST) else { return nil }
    self = route
  }

  /// What answers mean and are called stays the same under one version.
  private static let version: Substring = "v1"

  private static func route(_ parts: [Substring]) -> Route? {
    switch parts.first {
    case "api":
      return parts.count > 1 && parts[1] == version ? interface(Array(parts.dropFirst(2))) : nil
    case "assets": return parts.count == 2 ? .asset(String(parts[1])) : nil
    case "pairs": return parts.count == 2 ? number(parts[1]).map { .page(.pair($0)) } : nil
    case "": return parts.count == 1 ? .page(.overview) : nil
    case "gallery": return parts.count == 1 ? .page(.gallery) : nil
    case "reviews": return parts.count == 1 ? .page(.reviews) : nil
    case "label": return parts.count == 1 ? .page(.label) : nil
    default: return nil
    }
  }

  private static func interface(_ parts: [Substring]) -> Route? {
    if parts.count == 1 {
      switch parts[0] {
      case "state": return .state
      case "summary": return .summary
      case "histogram": return .histogram
      case "training": return .training
      case "pairs": return .pairs
      case "reviews": return .reviews
      case "label": return .label
      default: return nil
      }
    }
    guard (2...3).contains(parts.count), parts[0] == "pairs", let pair = number(parts[1]) else {
      return nil
    }
    guard parts.count == 3 else { return .pair(pair) }
    switch parts[2] {
    case "image": return .image(pair)
    case "thumbnail": return .thumbnail(pair)
    case "review": return .review(pair)
    case "undo": return .undo(pair)
    default: return nil
    }
  }

  private static func number(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 18, text.utf8.allSatisfy({ (48...57).contains($0) })
    else { return nil }
    return Int64(text)
  }

  /// Whether a page must say so with POST.
  var changesState: Bool {
    switch self {
    case .review, .undo: true
    default: false
    }
  }
}
