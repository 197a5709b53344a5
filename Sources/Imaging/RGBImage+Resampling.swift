extension RGBImage {
  /// A window of this picture resampled to another size; only the window is computed.
  ///
  /// Horizontally first, then vertically, each result rounded to 8 bits in between, like Pillow.
  ///
  /// - Parameters:
  ///   - targetWidth: width that the whole picture would get.
  ///   - targetHeight: height that the whole picture would get.
  ///   - columns: columns of the result that are wanted.
  ///   - rows: rows of the result that are wanted.
  public func resampled(
    toWidth targetWidth: Int, height targetHeight: Int, columns: Range<Int>, rows: Range<Int>
  ) -> RGBImage {
    let vertical = ResampleFilter(from: height, to: targetHeight, range: rows)
    let band = targetHeight == height ? rows : vertical.sourceRange
    let narrowed: RGBImage
    if targetWidth == width {
      narrowed = cropped(columns: columns, rows: band)
    } else {
      let horizontal = ResampleFilter(from: width, to: targetWidth, range: columns)
      narrowed = resampledHorizontally(by: horizontal, rows: band)
    }
    if targetHeight == height { return narrowed }
    return narrowed.resampledVertically(by: vertical, firstRow: band.lowerBound)
  }

  /// The whole picture in another size.
  public func resampled(toWidth targetWidth: Int, height targetHeight: Int) -> RGBImage {
    resampled(
      toWidth: targetWidth, height: targetHeight, columns: 0..<targetWidth, rows: 0..<targetHeight)
  }

  /// A window of this picture.
  public func cropped(columns: Range<Int>, rows: Range<Int>) -> RGBImage {
    precondition(
      columns.lowerBound >= 0 && columns.upperBound <= width && rows.lowerBound >= 0
        && rows.upperBound <= height, "the window leaves the picture")
    if columns.count == width && rows.count == height { return self }
    var window: [UInt8] = []
    window.reserveCapacity(columns.count * rows.count * 3)
    for row in rows {
      let start = (row * width + columns.lowerBound) * 3
      window += pixels[start..<(start + columns.count * 3)]
    }
    return RGBImage(width: columns.count, height: rows.count, pixels: window)
  }

  private func resampledHorizontally(by filter: ResampleFilter, rows: Range<Int>) -> RGBImage {
    let resultWidth = filter.starts.count
    var result = [UInt8](repeating: 0, count: resultWidth * rows.count * 3)
    let half = SIMD4<Int32>(repeating: 1 << (ResampleFilter.fractionalBits - 1))
    let source = pixels.span.bytes
    // Four bytes are read at a time; where the picture's very last pixel counts, the fourth would
    // lie behind it, so that pixel is read from one byte earlier and shifted.
    let lastOffset = pixels.count - 4
    let weights = filter.weights.span
    var target = result.mutableSpan
    var written = 0
    for row in rows {
      let rowStart = row * width * 3
      for column in 0..<resultWidth {
        var sum = half
        var offset = rowStart + filter.starts[column] * 3
        let first = column * filter.taps
        var tap = first
        var end = first + filter.counts[column]
        let readsLast = offset + (end - first - 1) * 3 > lastOffset
        if readsLast { end -= 1 }
        // One check for all taps instead of one for each.
        precondition(
          offset >= 0 && offset + (end - first - 1) * 3 <= lastOffset && end <= weights.count)
        while tap < end {
          let quad = source.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: SIMD4<UInt8>.self)
          sum &+= SIMD4<Int32>(truncatingIfNeeded: quad) &* weights[unchecked: tap]
          offset += 3
          tap += 1
        }
        if readsLast {
          let last = SIMD4<Int32>(
            Int32(pixels[offset]), Int32(pixels[offset + 1]), Int32(pixels[offset + 2]), 0)
          sum &+= last &* weights[tap]
        }
        let value = (sum &>> ResampleFilter.fractionalBits).clamped(
          lowerBound: .zero, upperBound: SIMD4(repeating: 255))
        target[written] = UInt8(truncatingIfNeeded: value.x)
        target[written + 1] = UInt8(truncatingIfNeeded: value.y)
        target[written + 2] = UInt8(truncatingIfNeeded: value.z)
        written += 3
      }
    }
    return RGBImage(width: resultWidth, height: rows.count, pixels: result)
  }

  /// - Parameter firstRow: the row of the filter's source that this picture begins with.
  private func resampledVertically(by filter: ResampleFilter, firstRow: Int) -> RGBImage {
    let resultHeight = filter.starts.count
    let stride = width * 3
    var result = [UInt8](repeating: 0, count: resultHeight * stride)
    let half = Int32(1) << (ResampleFilter.fractionalBits - 1)
    let source = pixels.span
    let sourceBytes = source.bytes
    let weights = filter.weights.span
    var target = result.mutableSpan
    let lanes = 16
    for row in 0..<resultHeight {
      let top = filter.starts[row] - firstRow
      let count = filter.counts[row]
      let first = row * filter.taps
      precondition(top >= 0 && top + count <= height && first + count <= weights.count)
      let targetStart = row * stride
      var at = 0
      while at + lanes <= stride {
        var sum = SIMD16<Int32>(repeating: half)
        for tap in 0..<count {
          let bytes = sourceBytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: (top + tap) * stride + at, as: SIMD16<UInt8>.self)
          sum &+= SIMD16<Int32>(truncatingIfNeeded: bytes) &* weights[unchecked: first + tap]
        }
        let value = (sum &>> ResampleFilter.fractionalBits).clamped(
          lowerBound: .zero, upperBound: SIMD16(repeating: 255))
        let bytes = SIMD16<UInt8>(truncatingIfNeeded: value)
        var targetBytes = target.mutableBytes
        targetBytes.storeBytes(of: bytes, toByteOffset: targetStart + at, as: SIMD16<UInt8>.self)
        at += lanes
      }
      while at < stride {
        var sum = half
        for tap in 0..<count {
          sum &+= Int32(source[(top + tap) * stride + at]) &* weights[first + tap]
        }
        let value = min(max(sum >> ResampleFilter.fractionalBits, 0), 255)
        target[targetStart + at] = UInt8(truncatingIfNeeded: value)
        at += 1
      }
    }
    return RGBImage(width: width, height: resultHeight, pixels: result)
  }
}
