import Audit
import Foundation

extension Workspace {
  /// Counts where everything stands for whoever asks for it later. For the one who writes.
  func keepStanding(at date: Date) throws {
    guard FileManager.default.fileExists(atPath: databasePath) else { return }
    let database = try openDatabase(.writing)
    try database.limitCache()
    try database.keepStanding(at: date)
    try database.close()
  }
}
