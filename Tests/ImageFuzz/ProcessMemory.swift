import Foundation

/// Memory of this process, in bytes.
enum ProcessMemory {
  /// The most that was resident at once. Not `getrusage`: its figure begins with what the process
  /// that started this one held.
  static func peak() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      let fields = line.split(whereSeparator: \.isWhitespace)
      if fields.count > 1, let kilobytes = Int(fields[1]) { return kilobytes << 10 }
    }
    throw FuzzError("/proc/self/status: expected a line VmHWM: N kB")
  }

  /// What is resident now.
  static func current() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let fields = text.split(separator: " ")
    guard fields.count > 1, let pages = Int(fields[1]) else {
      throw FuzzError("/proc/self/statm: expected numbers of pages, found \(text)")
    }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
