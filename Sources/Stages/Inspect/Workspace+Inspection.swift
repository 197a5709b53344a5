import Audit

extension Workspace {
  /// The index that pairs are looked at by; made from the audit, and may be deleted at any time.
  public var inspectionPath: String { path + "/inspect.sqlite" }

  /// Opens the inspection index and brings it up to date, with progress while that takes time.
  public func openInspection(
    of audit: AuditDatabase, context: StageContext
  ) throws -> InspectionIndex {
    try InspectionIndex(of: audit, at: inspectionPath, now: context.now) { done, total in
      // What is done in a moment needs no telling.
      if total >= 50_000 {
        context.progress(
          StageProgress(stage: "index", unit: "pairs", done: done, total: total, rate: nil))
      }
    }
  }

  /// What a reader has to know of an index that is behind; nil of one that is not.
  public func inspectionNote(_ freshness: InspectionIndex.Freshness) -> String? {
    guard freshness == .behind else { return nil }
    let writer = currentWriter() ?? "another process"
    return "\(writer) is changing pairs; some are listed where they stood a while ago"
  }
}

extension AuditDatabase {
  /// The number of a pair that a person named, by number or by key.
  ///
  /// - Throws: `AuditError.refused` for one that is not there.
  public func pairID(named name: String) throws -> Int64 {
    if let number = Int64(name), try inspectedPair(number) != nil { return number }
    if let found = try pairID(ofKey: name) { return found }
    throw AuditError.refused(
      what: "pair \"\(name.prefix(100))\"",
      problem: "is not there; give a pair's number or its key of 32 hexadecimal digits")
  }
}
