/// What a file's header tells, before anything is decoded.
public struct ImageHeader: Sendable, Equatable {
  /// The format, by content.
  public let format: ImageFormat
  /// Width as shown, that is, after the orientation is applied.
  public let width: Int
  /// Height as shown.
  public let height: Int
  /// How the stored pixels have to be turned.
  public let orientation: ImageOrientation

  /// Size as stored.
  var storedWidth: Int { orientation.swapsSides ? height : width }
  var storedHeight: Int { orientation.swapsSides ? width : height }
}
