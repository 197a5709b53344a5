import Foundation
import GRDB
import Pairs

/// The value of a closed list that a text column holds.
///
/// - Throws: `AuditError.unknownValue` for a text that is not of the list.
func closed<Value: RawRepresentable>(
  _ text: String, column: String
) throws(AuditError) -> Value where Value.RawValue == String {
  guard let value = Value(rawValue: text) else {
    throw .unknownValue(column: column, value: text)
  }
  return value
}

/// As `closed`, for a column that may be NULL.
func closedIfPresent<Value: RawRepresentable>(
  _ text: String?, column: String
) throws(AuditError) -> Value? where Value.RawValue == String {
  guard let text else { return nil }
  return try closed(text, column: column)
}

extension Row {
  /// Text that the query casts to a BLOB: reading it as a C string would end at the first NUL.
  func text(_ index: Int) -> String? {
    (self[index] as Data?).map { String(decoding: $0, as: UTF8.self) }
  }

  /// A hash from its 32 bytes.
  func digest(_ index: Int) throws(AuditError) -> SHA256Digest {
    let bytes = self[index] as Data
    guard let digest = SHA256Digest(bytes: bytes) else {
      throw .unknownValue(column: "sha256", value: "\(bytes.count) bytes")
    }
    return digest
  }

  /// A key from its 16 bytes and its repeat number in the next column.
  func pairKey(_ index: Int) throws(AuditError) -> PairKey {
    let bytes = self[index] as Data
    guard bytes.count == 16 else {
      throw .unknownValue(column: "key", value: "\(bytes.count) bytes")
    }
    let words = [bytes.prefix(8), bytes.suffix(8)].map { half in
      half.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }
    return PairKey(high: words[0], low: words[1], occurrence: self[index + 1])
  }
}

extension RawStatement.Row {
  /// The key in one column and its repeat number in another.
  func pairKey(_ column: Int32, occurrence: Int32) throws(AuditError) -> PairKey {
    guard let bytes = bytes(column), bytes.count == 16 else {
      throw .unknownValue(column: "key", value: "\(bytes(column)?.count ?? 0) bytes")
    }
    return PairKey(
      high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
      occurrence: Int(integer(occurrence)))
  }
}

/// `?, ?, ?` for a list of roles, and the arguments.
func placeholders(for roles: Set<PairRole>) -> (sql: String, arguments: [String]) {
  let names = roles.map(\.rawValue).sorted()
  return (names.map { _ in "?" }.joined(separator: ", "), names)
}
