/// The sizes of the pictures that the image benchmark is run on, under the names that JSON has.
enum PictureSize: String, Codable, CaseIterable {
  case small = "224x224"
  case medium = "640x480"
  /// Large enough to be decoded at a part of its size.
  case large = "1600x1200"

  var width: Int {
    switch self {
    case .small: 224
    case .medium: 640
    case .large: 1600
    }
  }

  var height: Int {
    switch self {
    case .small: 224
    case .medium: 480
    case .large: 1200
    }
  }

  /// How many different pictures there are.
  var count: Int { self == .large ? 16 : 64 }

  /// For a person.
  var title: String { "\(width) × \(height)" }
}
