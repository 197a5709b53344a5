import Foundation

/// Memory of this process, in bytes.
enum ProcessMemory {
  /// The most that was resident at once.
  static var peak: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
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
