import Foundation
import Pairs

/// The history of a training: one object an epoch, as `models/training.jsonl` has them.
struct TrainingAnswer: Encodable, Sendable {
  struct Epoch: Codable, Sendable {
    struct Retrieval: Codable, Sendable {
      let imageToText: [Double]?
      let textToImage: [Double]?

      enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
      }
    }

    let epoch: Int?
    let phase: String?
    let loss: [Double]?
    let metaLoss: [Double]?
    let keptShare: [Double]?
    let dev: Retrieval?
    let isBest: Bool?

    enum CodingKeys: String, CodingKey {
      case epoch
      case phase
      case loss
      case metaLoss = "meta_loss"
      case keptShare = "kept_share"
      case dev
      case isBest = "best"
    }
  }

  let epochs: [Epoch]

  enum CodingKeys: String, CodingKey {
    case epochs
  }
}

extension Records {
  /// The most bytes of a history that are read: tens of thousands of epochs.
  private static let historyLimit = 16 << 20

  /// The history of the workspace's training; empty where nothing was trained. A line that is being
  /// written just now is left out.
  func training() throws -> TrainingAnswer {
    guard FileManager.default.fileExists(atPath: configuration.trainingPath) else {
      return TrainingAnswer(epochs: [])
    }
    let bytes = try ReadableFile(path: configuration.trainingPath)
      .contents(limit: Self.historyLimit)
    let lines = bytes.split(separator: 0x0A)
    let isWhole = bytes.last == 0x0A
    return TrainingAnswer(
      epochs: try (isWhole ? lines[...] : lines.dropLast()).map { line in
        do {
          return try JSONDecoder().decode(TrainingAnswer.Epoch.self, from: Data(line))
        } catch {
          throw APIProblem(
            .internalServerError, "training",
            "models/training.jsonl holds a line that is no epoch.")
        }
      })
  }
}
