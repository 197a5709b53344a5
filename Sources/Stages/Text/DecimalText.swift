import Foundation

/// Numbers for people.
enum DecimalText {
  /// A number with so many digits behind the point.
  static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// A share as `66.3 %`.
  static func percent(_ part: Int, of whole: Int) -> String {
    whole > 0 ? String(format: "%.1f %%", 100 * Double(part) / Double(whole)) : ""
  }
}
