import Audit
import Pairs

/// A line of a file that was read.
struct ReadLine {
  /// With its image's location; nil for one that another shard holds.
  let line: IngestLine?
  /// Where the next line begins, in bytes.
  let endOffset: Int64
}

/// The lines of one file, each with its image's location.
protocol IngestLines: AnyObject {
  /// The next line; nil after the last.
  func next() throws -> ReadLine?
  /// Reads over so many lines.
  func skip(_ count: Int) throws
}

/// A file's lines in batches.
final class IngestBatches {
  /// Some lines, and whether the file ends with them.
  struct Batch: Sendable {
    var lines: [IngestLine] = []
    /// How far the file was read for them.
    var read = AuditDatabase.LinesRead(count: 0, endOffset: nil)
    var isLast = false

    /// The lines of the whole manifest of `bytes` bytes, when this batch ends with line `count`: as
    /// many as there would be if all were as long as those so far.
    func lineCount(of bytes: Int64, after count: Int) -> Int? {
      guard !isLast else { return count }
      guard let end = read.endOffset, end > 0 else { return nil }
      return max(count, Int(Double(count) * Double(bytes) / Double(end)))
    }
  }

  /// The most bytes of lines held in one batch: 25,000 hostile lines of 80 KB each are many.
  private static let batchBytes = 32 << 20
  /// A batch or a transaction of a shard reads at most so many lines for each that it may hold: beyond,
  /// what a kill costs would be felt.
  static let mostRead = 16

  private let lines: any IngestLines
  private let batchLines: Int
  private var isDone = false

  /// The batches of a file after its first `count` lines.
  init(_ lines: any IngestLines, skipping count: Int, upTo batchLines: Int) throws {
    self.lines = lines
    self.batchLines = batchLines
    try lines.skip(count)
  }

  /// The next batch; nil after the one that ends the file.
  func next() throws -> Batch? {
    guard !isDone else { return nil }
    var batch = Batch()
    batch.lines.reserveCapacity(batchLines)
    var bytes = 0
    while batch.lines.count < batchLines, bytes < Self.batchBytes,
      batch.read.count < Self.mostRead * batchLines
    {
      guard let next = try lines.next() else {
        isDone = true
        batch.isLast = true
        return batch
      }
      batch.read.count += 1
      batch.read.endOffset = next.endOffset
      guard let line = next.line else { continue }
      bytes += line.row.rawBytes.count
      batch.lines.append(line)
    }
    return batch
  }
}
