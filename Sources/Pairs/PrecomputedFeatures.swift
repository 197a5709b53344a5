/// How a manifest names an image whose region features are already computed:
/// `precomp:train_ims.npy#123` is row 123, from 0, of the array in that file, whose path is relative
/// to the image root.
public enum PrecomputedFeatures {
  static let scheme = "precomp"

  /// The URL of a row of an array.
  public static func url(array: String, row: Int) -> String { "\(scheme):\(array)#\(row)" }

  /// The array's path and the row of what follows the scheme.
  static func parts(of rest: Substring) -> (path: String, row: Int)? {
    guard let mark = rest.lastIndex(of: "#"), mark > rest.startIndex else { return nil }
    let digits = rest[rest.index(after: mark)...]
    guard let row = Int(digits), row >= 0, "\(row)" == digits else { return nil }
    return (String(rest[..<mark]), row)
  }
}
