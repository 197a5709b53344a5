import Dispatch

/// Makes the next element of a sequence on another thread while the present one is worked on.
///
/// At most two elements exist at a time: the one given out and the one being made. Elements are
/// made one after the other, in order, so the result does not depend on threads.
final class Prefetch<Element: Sendable>: @unchecked Sendable {
  private let queue = DispatchQueue(label: "prefetch")
  private let pending = DispatchGroup()
  private let produce: () throws -> Element?
  // Written on `queue`, read only after waiting for `pending`.
  private var result: Result<Element?, any Error> = .success(nil)

  /// Begins to make the first element. `produce` gives nil after the last; it is never called by
  /// two threads at once.
  init(_ produce: @escaping () throws -> Element?) {
    self.produce = produce
    start()
  }

  /// The next element, or what making it threw; nil after the last. From one thread only.
  func next() throws -> Element? {
    pending.wait()
    let element = try result.get()
    if element != nil { start() }
    return element
  }

  private func start() {
    pending.enter()
    // Keeps the value alive until the element is made, should nobody wait for it any more.
    queue.async {
      self.result = Result { try self.produce() }
      self.pending.leave()
    }
  }
}
