import Pairs

/// How many URLs of each host failed in a row in a way that may pass, and which hosts are given up.
///
/// A dead host with thousands of URLs would otherwise hold its places for hours. Memory: a few dozen
/// bytes for each host that failed last.
struct HostFailures {
  /// Why a host's URLs are not asked for.
  struct Verdict {
    let failure: RowFailure
    let status: Int?
  }

  private let limit: Int
  private var counts: [String: Int] = [:]
  private var verdicts: [String: Verdict] = [:]

  init(limit: Int) {
    self.limit = limit
  }

  /// A URL failed for good.
  ///
  /// - Returns: The host, when it is given up from now on.
  mutating func note(_ failure: RowFailure, _ status: Int?, onHostOf url: String) -> String? {
    let host = HostSchedule.host(of: url)
    // What was under way when it was given up says nothing new.
    guard verdicts[host] == nil else { return nil }
    let count = counts[host, default: 0] + 1
    counts[host] = count
    guard count >= limit else { return nil }
    counts[host] = nil
    let detail = "not asked for, after \(limit) URLs of its host failed in a row: \(failure.detail)"
    verdicts[host] = Verdict(failure: RowFailure(failure.reason, detail), status: status)
    return host
  }

  /// A URL did not fail, or in a way that says nothing of others.
  mutating func forget(hostOf url: String) {
    guard !counts.isEmpty else { return }
    counts[HostSchedule.host(of: url)] = nil
  }

  /// Why a URL is not asked for; nil for one that is.
  func verdict(onHostOf url: String) -> Verdict? {
    verdicts.isEmpty ? nil : verdicts[HostSchedule.host(of: url)]
  }
}
