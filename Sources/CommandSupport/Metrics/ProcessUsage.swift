import Foundation

/// What this process takes of the machine.
struct ProcessUsage: Equatable {
  /// Bytes of memory now; nil where the system does not tell.
  var residentBytes: Int?
  /// The most that it ever was.
  var peakBytes: Int
  /// Processor seconds of all threads.
  var processorSeconds: Double

  /// As it is now.
  static var current: ProcessUsage {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    let seconds = [usage.ru_utime, usage.ru_stime].reduce(0.0) {
      $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
    }
    let resident = residentPages.map { $0 * Int(getpagesize()) }
    // The system counts in KiB, and not always up to now.
    return ProcessUsage(
      residentBytes: resident, peakBytes: max(Int(usage.ru_maxrss) << 10, resident ?? 0),
      processorSeconds: seconds)
  }

  /// The second number of `/proc/self/statm`.
  private static var residentPages: Int? {
    guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
    let numbers = String(decoding: data, as: UTF8.self).split(separator: " ")
    return numbers.count > 1 ? Int(numbers[1]) : nil
  }
}
