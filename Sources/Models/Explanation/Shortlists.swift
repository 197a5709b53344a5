import Tensors

/// For each of many query vectors, the candidates seen so far whose product with it is the largest.
///
/// Exact, and the same whatever the pages in which candidates are offered and the number of threads: a
/// row of a product with a packed matrix does not depend on the others, and ties go by number. Memory
/// grows with queries times length, not with the candidates.
public struct Shortlists: Sendable {
  /// The most candidates that a query keeps.
  public let length: Int
  private let queries: Tensor
  private var parts: [Part]

  /// Queries of one product.
  private static let partRows = 256

  /// - Parameters:
  ///   - queries: [queries, width].
  ///   - length: the most candidates that each keeps.
  public init(queries: Tensor, length: Int) {
    self.queries = queries
    self.length = length
    parts = stride(from: 0, to: queries.rows, by: Self.partRows).map { start in
      Part(rows: start..<min(start + Self.partRows, queries.rows), length: length)
    }
  }

  /// Offers candidates, each once.
  ///
  /// - Parameters:
  ///   - candidates: [candidates, width].
  ///   - ids: the number of each.
  public mutating func offer(_ candidates: Tensor, ids: [Int64], workers: Workers) {
    precondition(candidates.rows == ids.count, "\(ids.count) numbers for \(candidates.shape)")
    guard !ids.isEmpty else { return }
    let packed = PackedMatrix(candidates, .transposed)
    let (queries, before) = (queries, parts)
    parts = []
    parts = workers.map(before.count) { index in
      var part = before[index]
      part.offer(.product(queries[rows: part.rows], .asStored, packed), ids: ids)
      return part
    }
  }

  /// The candidates of a query, best first.
  public func candidates(ofQuery query: Int) -> [Int64] {
    let part = parts[query / Self.partRows]
    return part.candidates(ofRow: query - part.rows.lowerBound)
  }

  /// The lists of some queries, each sorted, in the rows of one array.
  private struct Part: Sendable {
    let rows: Range<Int>
    private let length: Int
    private var products: [Float]
    private var ids: [Int64]
    private var counts: [Int]

    init(rows: Range<Int>, length: Int) {
      self.rows = rows
      self.length = length
      products = Array(repeating: 0, count: rows.count * length)
      ids = Array(repeating: 0, count: rows.count * length)
      counts = Array(repeating: 0, count: rows.count)
    }

    func candidates(ofRow row: Int) -> [Int64] {
      Array(ids[row * length..<row * length + counts[row]])
    }

    /// - Parameter offered: [rows, candidates].
    mutating func offer(_ offered: Tensor, ids offeredIDs: [Int64]) {
      let elements = offered.elements
      for row in 0..<counts.count {
        let start = row * length
        let line = row * offeredIDs.count
        for (column, id) in offeredIDs.enumerated() {
          let product = elements[line + column]
          if counts[row] == length {
            let last = start + length - 1
            // Also passes over what is no number.
            guard product > products[last] || (product == products[last] && id < ids[last])
            else { continue }
          } else {
            guard !product.isNaN else { continue }
            counts[row] += 1
          }
          var place = start + counts[row] - 1
          while place > start,
            products[place - 1] < product
              || (products[place - 1] == product && ids[place - 1] > id)
          {
            products[place] = products[place - 1]
            ids[place] = ids[place - 1]
            place -= 1
          }
          products[place] = product
          ids[place] = id
        }
      }
    }
  }
}
