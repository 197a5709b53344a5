/// The files that pages load. They are part of the program.
struct Asset {
  let bytes: [UInt8]
  let mediaType: String

  init?(named name: String) {
    guard let asset = Self.all[name] else { return nil }
    self = asset
  }

  private init(_ bytes: [UInt8], _ mediaType: String) {
    self.bytes = bytes
    self.mediaType = mediaType
  }

  private static func script(_ bytes: [UInt8]) -> Asset {
    Asset(bytes, "text/javascript; charset=utf-8")
  }

  private static let all: [String: Asset] = [
    "style.css": Asset(PackageResources.style_css, "text/css; charset=utf-8"),
    "icon.svg": Asset(PackageResources.icon_svg, "image/svg+xml"),
    "api.js": script(PackageResources.api_js),
    "chart.js": script(PackageResources.chart_js),
    "curves.js": script(PackageResources.curves_js),
    "dom.js": script(PackageResources.dom_js),
    "explanation.js": script(PackageResources.explanation_js),
    "filters.js": script(PackageResources.filters_js),
    "format.js": script(PackageResources.format_js),
    "frame.js": script(PackageResources.frame_js),
    "gallery.js": script(PackageResources.gallery_js),
    "heatmap.js": script(PackageResources.heatmap_js),
    "histogram.js": script(PackageResources.histogram_js),
    "keys.js": script(PackageResources.keys_js),
    "label.js": script(PackageResources.label_js),
    "overview.js": script(PackageResources.overview_js),
    "pair.js": script(PackageResources.pair_js),
    "picture.js": script(PackageResources.picture_js),
    "review.js": script(PackageResources.review_js),
    "reviews.js": script(PackageResources.reviews_js),
    "summary.js": script(PackageResources.summary_js),
    "text.js": script(PackageResources.text_js),
    "threshold.js": script(PackageResources.threshold_js),
  ]
}
