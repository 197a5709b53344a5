import Audit
import CommandSupport
import Foundation
import Inspector
import Stages

extension InspectorConfiguration {
  /// Serves the workspace until the process is asked to stop.
  ///
  /// - Parameter page: The page to name, below the server's address.
  func serve(_ workspace: Workspace, page: String = "") throws {
    let audit = try workspace.openInspected()
    let index = try workspace.openInspection(of: audit)
    let server = try InspectorServer(self, audit: audit, index: index)
    if !address.isLoopback {
      Terminal.writeError(
        "winnow-inspect: warning: other machines may reach \(address.host); whoever opens the page"
          + " sees all pairs and can review them")
    }
    try waitForTask {
      try await server.runUntilAskedToStop { address in
        Terminal.writeError("Serving \(workspace.path) at \(address)\(page)\nCtrl-C stops it.")
      }
    }
    try audit.close()
  }
}

extension InspectorServer {
  /// Serves until SIGINT or SIGTERM comes.
  ///
  /// - Parameter started: Receives the address as soon as it can be opened.
  fileprivate func runUntilAskedToStop(
    started: @escaping @Sendable (String) -> Void
  ) async throws {
    let signals = StopSignals()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await self.run() }
      group.addTask {
        started(try await self.address())
        await signals.wait()
        await self.stop()
      }
      // Whichever ends first, the other has nothing left to do.
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}

/// Runs asynchronous work from a command, which is not.
private func waitForTask(_ body: @escaping @Sendable () async throws -> Void) throws {
  let outcome = Outcome()
  let done = DispatchSemaphore(value: 0)
  Task {
    do {
      try await body()
    } catch {
      outcome.error = error
    }
    done.signal()
  }
  done.wait()
  if let error = outcome.error { throw error }
}

/// Written before the semaphore is signalled, read after.
private final class Outcome: @unchecked Sendable {
  var error: (any Error)?
}
