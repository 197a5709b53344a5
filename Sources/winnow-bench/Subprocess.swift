import Foundation

/// A program that runs to its end, within a time limit, its output kept.
struct Subprocess {
  let status: Int32
  let output: Data
  let errors: String

  enum Failure: Error, Equatable, CustomStringConvertible {
    case notStarted(String)
    case tooLong(seconds: Int)
    case tooMuch(bytes: Int)

    var description: String {
      switch self {
      case .notStarted(let detail): "cannot be started: \(detail)"
      case .tooLong(let seconds): "stopped after \(seconds) s without an end"
      case .tooMuch(let bytes): "printed more than \(bytes) bytes"
      }
    }
  }

  /// More than any twin has to say.
  static let outputLimit = 1 << 20

  /// Runs a program found on the PATH. Output goes through files: nothing can fill a pipe and wait,
  /// and nothing that outlives the program can hold one open.
  ///
  /// - Throws: `Failure`.
  static func run(_ arguments: [String], timeout seconds: Int) throws -> Subprocess {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "winnow-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    func file(_ name: String) throws -> (url: URL, handle: FileHandle) {
      let url = folder.appending(path: name)
      try Data().write(to: url)
      return (url, try FileHandle(forWritingTo: url))
    }
    let output = try file("output")
    let errors = try file("errors")

    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output.handle
    process.standardError = errors.handle
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      throw Failure.notStarted(error.localizedDescription)
    }
    if ended.wait(timeout: .now() + .seconds(seconds)) == .timedOut {
      process.terminate()
      if ended.wait(timeout: .now() + .seconds(5)) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
      throw Failure.tooLong(seconds: seconds)
    }
    return Subprocess(
      status: process.terminationStatus, output: try read(output.url),
      errors: String(decoding: try read(errors.url), as: UTF8.self))
  }

  private static func read(_ url: URL) throws -> Data {
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    let data = try handle.read(upToCount: outputLimit + 1) ?? Data()
    guard data.count <= outputLimit else { throw Failure.tooMuch(bytes: outputLimit) }
    return data
  }
}
