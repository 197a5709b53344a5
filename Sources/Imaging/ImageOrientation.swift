/// How a stored picture has to be turned for viewing: EXIF tag 0x0112.
public enum ImageOrientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case rotated180 = 3
  case flipped = 4
  case transposed = 5
  case rotated90Clockwise = 6
  case transversed = 7
  case rotated90CounterClockwise = 8

  /// Whether width and height change places.
  public var swapsSides: Bool { rawValue >= 5 }

  /// Where the pixel shown at a place is stored, in a picture stored as width × height.
  func storedPlace(column: Int, row: Int, width: Int, height: Int) -> (column: Int, row: Int) {
    switch self {
    case .upright: (column, row)
    case .mirrored: (width - 1 - column, row)
    case .rotated180: (width - 1 - column, height - 1 - row)
    case .flipped: (column, height - 1 - row)
    case .transposed: (row, column)
    case .rotated90Clockwise: (row, height - 1 - column)
    case .transversed: (width - 1 - row, height - 1 - column)
    case .rotated90CounterClockwise: (width - 1 - row, column)
    }
  }
}

extension RGBImage {
  /// The picture as it is meant to be seen.
  public func oriented(_ orientation: ImageOrientation) -> RGBImage {
    guard orientation != .upright else { return self }
    let shownWidth = orientation.swapsSides ? height : width
    let shownHeight = orientation.swapsSides ? width : height
    var shown = [UInt8](repeating: 0, count: pixels.count)
    var written = 0
    for row in 0..<shownHeight {
      for column in 0..<shownWidth {
        let place = orientation.storedPlace(
          column: column, row: row, width: width, height: height)
        let start = (place.row * width + place.column) * 3
        for channel in 0..<3 { shown[written + channel] = pixels[start + channel] }
        written += 3
      }
    }
    return RGBImage(width: shownWidth, height: shownHeight, pixels: shown)
  }
}
