import Foundation
import GRDB
import Pairs

extension AuditDatabase {
  /// A model's explanation of a pair; nil where there is none.
  ///
  /// - Throws: `AuditError.unknownValue` for a row that contradicts itself.
  public func explanation(
    ofPair pair: Int64, model: Int64
  ) throws(AuditError) -> PairExplanation? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT pair_id, CAST(words AS BLOB), CAST(known AS BLOB),
            CAST(grounding AS BLOB), attention, region_rows, region_columns, fit,
            CAST(captions AS BLOB), CAST(images AS BLOB)
          FROM explanation WHERE model_id = ? AND pair_id = ?
          """, arguments: [model, pair]
      ).map(explanation)
    }
  }

  /// Stores a batch of explanations in one transaction. A pair that the model's explanation of is
  /// stored already gets the new one.
  public func store(
    _ explanations: [PairExplanation], model: Int64, run: Int64
  ) throws(AuditError) {
    try write(movesPairs: false) { database in
      let insert = try BulkStatement(
        database,
        sql: """
          INSERT OR REPLACE INTO explanation
            (model_id, pair_id, words, known, grounding, attention, region_rows, region_columns,
             fit, captions, images, run_id)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      for explanation in explanations {
        let words = try json(explanation.words)
        let known = try json(explanation.isKnown)
        let grounding = try json(explanation.grounding)
        let captions = try json(explanation.captions)
        let images = try json(explanation.images)
        try insert.execute {
          $0.bind(model)
          $0.bind(explanation.pairID)
          $0.bind(words)
          $0.bind(known)
          $0.bind(grounding)
          $0.bind(bytes: explanation.attention)
          $0.bind(explanation.regionRows.map(Int64.init))
          $0.bind(explanation.regionColumns.map(Int64.init))
          $0.bind(explanation.fit?.rawValue)
          $0.bind(captions)
          $0.bind(images)
          $0.bind(run)
        }
      }
      try add(["ok": explanations.count], toRun: run, in: database)
    }
  }

  /// How many pairs a model's explanations are stored of.
  public func explanationCount(ofModel model: Int64) throws(AuditError) -> Int {
    try read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM explanation WHERE model_id = ?", arguments: [model])
        ?? 0
    }
  }

  /// Forgets a model's explanations.
  public func discardExplanations(ofModel model: Int64) throws(AuditError) {
    try write(movesPairs: false) { database in
      // A run that goes on counts anew what it explains anew.
      try database.execute(
        sql: """
          UPDATE run SET counts = NULL WHERE ended_at IS NULL AND run_id IN (
            SELECT run_id FROM explanation WHERE model_id = ?)
          """, arguments: [model])
      try database.execute(
        sql: "DELETE FROM explanation WHERE model_id = ?", arguments: [model])
    }
  }

  private func explanation(_ row: Row) throws -> PairExplanation {
    func list<Element: Decodable>(_ index: Int, _ column: String) throws -> [Element] {
      let text = row.text(index) ?? ""
      do {
        return try JSONDecoder().decode([Element].self, from: Data(text.utf8))
      } catch {
        throw AuditError.unknownValue(
          column: "explanation.\(column)", value: String(text.prefix(40)))
      }
    }
    let explanation = PairExplanation(
      pairID: row[0], words: try list(1, "words"), isKnown: try list(2, "known"),
      grounding: try list(3, "grounding"), attention: Array(row[4] as Data), regionRows: row[5],
      regionColumns: row[6], fit: try closedIfPresent(row[7], column: "explanation.fit"),
      captions: try list(8, "captions"), images: try list(9, "images"))
    if let (column, value) = explanation.contradiction {
      throw AuditError.unknownValue(column: column, value: value)
    }
    return explanation
  }

  private func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
