import Audit
import Pairs

extension ExportRow {
  /// The row as JSON exports write it.
  func record() -> PairRecord {
    var record = PairRecord(
      key: key, caption: caption ?? "", url: url ?? "", role: role, status: status)
    record.source = source
    record.line = lineNumber
    record.reason = reason
    record.detail = detail
    record.imageSHA256 = imageSHA256
    record.width = width
    record.height = height
    record.similarityA = similarityA
    record.similarityB = similarityB
    record.similarity = similarity
    record.cleanProbability = cleanProbability
    record.verdict = review?.verdict
    record.note = review?.note
    record.reviewer = review?.reviewer
    record.reviewedAt = review?.createdAt
    return record
  }
}
