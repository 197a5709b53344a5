/// Rows and columns of zeros round a feature map.
public struct ConvolutionBorder: Sendable, Equatable {
  /// Rows above and below, columns left and right.
  public var top, left, bottom, right: Int

  /// No border.
  public static let none = ConvolutionBorder(top: 0, left: 0, bottom: 0, right: 0)

  /// The border of TensorFlow's SAME padding: as much as makes the result ⌈extent / stride⌉ long,
  /// the smaller half before, the larger behind.
  public static func same(
    kernel: Int, stride: Int, height: Int, width: Int
  ) -> ConvolutionBorder {
    let vertical = total(kernel, stride, height)
    let horizontal = total(kernel, stride, width)
    return ConvolutionBorder(
      top: vertical / 2, left: horizontal / 2, bottom: vertical - vertical / 2,
      right: horizontal - horizontal / 2)
  }

  private static func total(_ kernel: Int, _ stride: Int, _ extent: Int) -> Int {
    let outputs = (extent + stride - 1) / stride
    return max((outputs - 1) * stride + kernel - extent, 0)
  }
}

/// One picture's activations, channels last, with a border of zeros. Its memory is reused when it
/// is prepared for another layer.
public struct ConvolutionMap: Sendable {
  /// Rows, without the border.
  public private(set) var height = 0
  /// Columns, without the border.
  public private(set) var width = 0
  /// Numbers per place.
  public private(set) var channels = 0
  /// Zeros round the map.
  public private(set) var border = ConvolutionBorder.none
  /// At least as many elements as the bordered map has.
  var storage = Tensor.zeros([0])

  /// An empty map.
  public init() {}

  /// A map with the elements of a tensor [height, width, channels].
  public init(_ tensor: Tensor, border: ConvolutionBorder = .none) {
    self.init()
    set(tensor, border: border)
  }

  var paddedWidth: Int { border.left + width + border.right }
  var paddedHeight: Int { border.top + height + border.bottom }
  var paddedCount: Int { paddedHeight * paddedWidth * channels }
  /// Position of the first element inside the border.
  var start: Int { (border.top * paddedWidth + border.left) * channels }

  /// Changes the geometry; elements inside the border are then undefined, the border is zero.
  mutating func prepare(height: Int, width: Int, channels: Int, border: ConvolutionBorder) {
    precondition(height > 0 && width > 0 && channels > 0, "an empty feature map")
    (self.height, self.width, self.channels, self.border) = (height, width, channels, border)
    if storage.count < paddedCount { storage = Tensor(uninitializedShape: [paddedCount]) }
    guard border != .none else { return }
    let row = paddedWidth * channels
    let (rows, top, bottom) = (paddedHeight, border.top * row, border.bottom * row)
    let (left, right) = (border.left * channels, border.right * channels)
    storage.withMutablePointer { pointer in
      pointer.update(repeating: 0, count: top)
      (pointer + rows * row - bottom).update(repeating: 0, count: bottom)
      for index in border.top..<(rows - border.bottom) {
        (pointer + index * row).update(repeating: 0, count: left)
        (pointer + (index + 1) * row - right).update(repeating: 0, count: right)
      }
    }
  }

  /// Takes over the elements of a tensor [height, width, channels].
  public mutating func set(_ tensor: Tensor, border: ConvolutionBorder = .none) {
    precondition(tensor.rank == 3, "a feature map of shape \(tensor.shape)")
    prepare(
      height: tensor.shape[0], width: tensor.shape[1], channels: tensor.shape[2], border: border)
    let (start, row, span) = (start, paddedWidth * channels, width * channels)
    storage.withMutablePointer { target in
      tensor.withPointer { source in
        for index in 0..<tensor.shape[0] {
          (target + start + index * row).update(from: source + index * span, count: span)
        }
      }
    }
  }

  /// The elements without the border: [height, width, channels].
  public var tensor: Tensor {
    let row = paddedWidth * channels
    let span = width * channels
    return Tensor(shape: [height, width, channels]) { target in
      storage.withPointer { source in
        for index in 0..<height {
          (target + index * span).update(from: source + start + index * row, count: span)
        }
      }
    }
  }

  /// Averages over a `grid` × `grid` raster of windows, window i reaching from ⌊i·extent/grid⌋ to
  /// ⌈(i+1)·extent/grid⌉, as PyTorch's AdaptiveAvgPool2d.
  ///
  /// - Returns: [grid · grid, channels], rows first.
  public func adaptivelyAveraged(grid: Int) -> Tensor {
    precondition(grid > 0, "a grid of \(grid)")
    return Tensor(shape: [grid * grid, channels]) { target in
      storage.withPointer { source in
        for cell in 0..<(grid * grid) {
          let rows = Self.window(cell / grid, of: grid, height)
          let columns = Self.window(cell % grid, of: grid, width)
          let sum = target + cell * channels
          sum.update(repeating: 0, count: channels)
          for row in rows {
            for column in columns {
              let place = source + start + (row * paddedWidth + column) * channels
              for channel in 0..<channels { sum[channel] += place[channel] }
            }
          }
          let share = 1 / Float(rows.count * columns.count)
          for channel in 0..<channels { sum[channel] *= share }
        }
      }
    }
  }

  private static func window(_ index: Int, of grid: Int, _ extent: Int) -> Range<Int> {
    (index * extent / grid)..<(((index + 1) * extent + grid - 1) / grid)
  }
}
