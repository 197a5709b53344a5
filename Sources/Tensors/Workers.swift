import Dispatch
import Synchronization

/// How many threads a computation may use.
///
/// Work is cut into pieces by its shape, never by the number of workers, and results are combined
/// in piece order, so the same input gives the same bits with any number of workers.
public struct Workers: Sendable, Equatable {
  /// Number of threads, at least one.
  public let count: Int

  /// - Parameter count: number of threads; values below one mean one.
  public init(_ count: Int) { self.count = max(1, count) }

  /// One thread: everything in order on the caller's.
  public static let single = Workers(1)

  /// Runs `body` once for each index in `0..<count`, in any order, and returns when all are done.
  ///
  /// If calls throw, the error of the lowest index is rethrown.
  public func forEach(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
    guard self.count > 1, count > 1 else {
      for index in 0..<count { try body(index) }
      return
    }
    let next = Atomic<Int>(0)
    let firstFailure = Mutex<(index: Int, error: any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: min(self.count, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do {
          try body(index)
        } catch {
          firstFailure.withLock { failure in
            if index < failure?.index ?? .max { failure = (index, error) }
          }
        }
      }
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
  }

  /// `forEach` for work that cannot fail.
  public func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard self.count > 1, count > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(self.count, count)) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        body(index)
      }
    }
  }

  /// The results of `body` for each index, in index order.
  public func map<Element: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Element
  ) -> [Element] {
    guard self.count > 1, count > 1 else { return (0..<count).map(body) }
    let results = Mutex<[Element?]>(Array(repeating: nil, count: count))
    forEach(count) { index in
      let element = body(index)
      results.withLock { $0[index] = element }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// The results of `body` for each index, in index order. If calls throw, the error of the lowest
  /// index is rethrown.
  public func map<Element: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws -> Element
  ) throws -> [Element] {
    let results = Mutex<[Element?]>(Array(repeating: nil, count: count))
    try forEach(count) { index in
      let element = try body(index)
      results.withLock { $0[index] = element }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
