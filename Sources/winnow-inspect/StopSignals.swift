import Foundation
import Synchronization

/// Waits for the signals by which a person or a service manager ends a process.
final class StopSignals: Sendable {
  private struct State: @unchecked Sendable {
    var sources: [any DispatchSourceSignal] = []
    var isStopped = false
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Takes SIGINT and SIGTERM from now on.
  init() {
    let sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.stop() }
      source.resume()
      return source
    }
    state.withLock { $0.sources = sources }
  }

  /// Returns when one has come, at once when one came before, and when the task is cancelled.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isStopped = state.withLock { state in
          if !state.isStopped { state.waiting = continuation }
          return state.isStopped
        }
        if isStopped { continuation.resume() }
      }
    } onCancel: {
      stop()
    }
  }

  private func stop() {
    let waiting = state.withLock { state in
      state.isStopped = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume()
  }
}
