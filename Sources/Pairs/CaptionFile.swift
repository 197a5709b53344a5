/// A file of captions for precomputed features: `train_caps.txt` with a caption a line, or
/// `train_caps.tsv`, whose second column is the caption.
///
/// Line n, from 1, belongs to row (n − 1) / `captionsPerImage`, rounded down, of the array.
public struct CaptionFile: Hashable, Sendable {
  /// What a line is.
  public enum Form: Hashable, Sendable {
    /// The caption.
    case text
    /// Columns apart by TABs, as Python's `csv` module writes them: a column that begins with `"`
    /// ends with the next single `"`, and `""` in it is one. The caption is the second.
    case table
  }

  /// The file of captions.
  public let path: String
  /// What a line is.
  public let form: Form
  /// The array's path, relative to the image root.
  public let array: String
  /// Successive lines that describe the same image; at least 1.
  public let captionsPerImage: Int

  /// A file of its parts.
  public init(path: String, form: Form, array: String, captionsPerImage: Int) {
    precondition(captionsPerImage > 0, "\(captionsPerImage) captions an image")
    self.path = path
    self.form = form
    self.array = array
    self.captionsPerImage = captionsPerImage
  }

  /// A line rewritten as a manifest writes it, or why that cannot be.
  enum Rewritten {
    case pair([UInt8])
    case failed(RowFailure)
  }

  /// The line of number `number`, from 1, as caption, TAB, URL. A TAB inside the caption becomes a
  /// space, which separates words as well.
  func rewrite(_ line: [UInt8], number: Int) -> Rewritten {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let line = number == 1 && line.starts(with: mark) ? Array(line.dropFirst(3)) : line
    let caption: [UInt8]
    switch form {
    case .text: caption = line
    case .table:
      switch Self.secondColumn(of: line) {
      case .pair(let found): caption = found
      case .failed(let failure): return .failed(failure)
      }
    }
    let url = PrecomputedFeatures.url(array: array, row: (number - 1) / captionsPerImage)
    let tab = ManifestLineParser.tab
    return .pair(caption.map { $0 == tab ? 0x20 : $0 } + [tab] + Array(url.utf8))
  }

  private static func secondColumn(of line: [UInt8]) -> Rewritten {
    let quote = UInt8(ascii: "\"")
    var columns: [[UInt8]] = []
    var index = 0
    while columns.count < 2, index <= line.count {
      var column: [UInt8] = []
      if index < line.count, line[index] == quote {
        index += 1
        while true {
          guard index < line.count else {
            let detail = "a quoted column is not closed on its line"
            return .failed(RowFailure(.malformedRow, detail))
          }
          let byte = line[index]
          index += 1
          guard byte == quote else {
            column.append(byte)
            continue
          }
          guard index < line.count, line[index] == quote else { break }
          column.append(quote)
          index += 1
        }
      }
      while index < line.count, line[index] != ManifestLineParser.tab {
        column.append(line[index])
        index += 1
      }
      columns.append(column)
      index += 1
    }
    guard columns.count == 2 else {
      let detail = "expected 2 or more tab-separated columns, found 1"
      return .failed(RowFailure(.malformedRow, detail))
    }
    return .pair(columns[1])
  }

  /// A caption as a line of such a file, line feed included. Whatever some reader could take for the
  /// end of a line or for nothing at all becomes a space: control characters, the separators of lines
  /// and paragraphs, byte order marks.
  public static func line(of caption: String) -> [UInt8] {
    var line = String.UnicodeScalarView()
    for scalar in caption.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: line.append(" ")
      default: line.append(scalar == "\u{FEFF}" ? " " : scalar)
      }
    }
    return Array(String(line).utf8) + [0x0A]
  }

  /// The lines of a file; a last one without a newline counts.
  ///
  /// - Throws: `PairsError.cannotRead`.
  public static func lineCount(at path: String) throws(PairsError) -> Int {
    let file = try ReadableFile(path: path)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    var (offset, lines) = (Int64(0), 0)
    var isOpen = false
    while true {
      let count = try file.read(into: &block, at: offset)
      guard count > 0 else { return lines + (isOpen ? 1 : 0) }
      lines += ByteSearch.count(of: 0x0A, in: block, range: 0..<count)
      isOpen = block[count - 1] != 0x0A
      offset += Int64(count)
    }
  }
}
