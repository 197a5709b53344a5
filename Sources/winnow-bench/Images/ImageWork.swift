/// What is timed on pictures, under the names that JSON has for it.
enum ImageWork: String, Codable, CaseIterable {
  /// Bytes in memory to the network's square picture, as the stage does it.
  case decodeSmall = "decode_224x224"
  case decodeMedium = "decode_640x480"
  case decodeLarge = "decode_1600x1200"
  /// The same without the reduced decoding of large JPEGs.
  case fullDecodeLarge = "full_decode_1600x1200"
  /// Pictures in memory to region features.
  case network
  /// The whole featurize stage: from files to shards and rows.
  case stageSmall = "stage_224x224"
  case stageMedium = "stage_640x480"

  /// For a person.
  var title: String {
    switch self {
    case .decodeSmall, .decodeMedium, .decodeLarge: "decode + resize \(size.title)"
    case .fullDecodeLarge: "  in full"
    case .network: "network"
    case .stageSmall, .stageMedium: "whole stage \(size.title)"
    }
  }

  /// Of the pictures that it is done on.
  var size: PictureSize {
    switch self {
    case .decodeSmall, .network, .stageSmall: .small
    case .decodeMedium, .stageMedium: .medium
    case .decodeLarge, .fullDecodeLarge: .large
    }
  }

  /// Which other runtimes do the same.
  var runtimes: [ImageRuntime] {
    switch self {
    case .decodeSmall, .decodeMedium, .decodeLarge: [.pillow, .opencv]
    case .network: [.onnxruntime]
    case .fullDecodeLarge, .stageSmall, .stageMedium: []
    }
  }
}

/// The runtimes that the image twin times, under the names that JSON has for them.
enum ImageRuntime: String, Codable, CaseIterable, CodingKeyRepresentable {
  case pillow
  case opencv
  case onnxruntime

  /// As its makers write it.
  var title: String {
    switch self {
    case .pillow: "Pillow"
    case .opencv: "OpenCV"
    case .onnxruntime: "ONNX Runtime"
    }
  }

  /// What pip has to install.
  var packages: String {
    switch self {
    case .pillow: "pillow numpy"
    case .opencv: "opencv-python-headless"
    case .onnxruntime: "onnx onnxruntime"
    }
  }

  /// In place of a comparison.
  var absence: String {
    "\(title) is not installed, so there is nothing to compare with; run: pip install \(packages)"
  }
}
