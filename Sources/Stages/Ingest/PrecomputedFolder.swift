import Foundation
import Layers
import Pairs

/// A folder of precomputed features as SCAN's code and its descendants lay it out: for each of
/// `train`, `meta`, `dev` and `test` that is there, `train_ims.npy` with the features and
/// `train_caps.txt` or `train_caps.tsv` with the captions. Other files are not looked at.
struct PrecomputedFolder {
  /// How many captions an image can have.
  static let layouts = [1, 5]

  /// An array of a split.
  struct Array {
    /// The file.
    let path: String
    /// What the features of each image are.
    let sizes: FeatureSizes
  }

  /// The folder as given.
  let path: String

  private func file(_ name: String) -> String { path + "/" + name }

  private func isThere(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: file(name))
  }

  /// The splits that are there, in the order of roles.
  ///
  /// - Throws: `StagesError.file` when there is none.
  func splits() throws(StagesError) -> [PairRole] {
    let found = PairRole.allCases.filter { role in
      ["ims.npy", "caps.txt", "caps.tsv"].contains { isThere("\(role.rawValue)_\($0)") }
    }
    guard !found.isEmpty else {
      throw .file(
        path: path,
        problem: "there is no train_ims.npy with train_caps.txt or train_caps.tsv in it, and no "
          + "meta, dev or test ones")
    }
    return found
  }

  /// The captions of a split, with how many of them each image has.
  ///
  /// - Throws: `StagesError.file` for a file that is missing, or captions that do not fit the
  ///   images; `LayersError` or `PairsError` for one that cannot be read.
  func captions(of role: PairRole) throws -> CaptionFile { try contents(of: role).captions }

  /// The captions of a split and the array that they describe.
  ///
  /// - Throws: as for the captions.
  func contents(of role: PairRole) throws -> (captions: CaptionFile, array: Array) {
    let array = "\(role.rawValue)_ims.npy"
    let names = ["\(role.rawValue)_caps.txt", "\(role.rawValue)_caps.tsv"]
    let present = names.filter(isThere)
    guard let name = present.first, present.count == 1 else {
      throw StagesError.file(
        path: path,
        problem: present.isEmpty
          ? "\(array) has no captions: \(names[0]) or \(names[1]) is missing"
          : "both \(names[0]) and \(names[1]) are there; take one of them away")
    }
    guard isThere(array) else {
      throw StagesError.file(path: path, problem: "\(name) has no features: \(array) is missing")
    }
    // Also refuses folders, and pipes that would never end.
    _ = try ReadableFile(path: file(array))
    let features = try NumPyFile(contentsOf: URL(fileURLWithPath: file(array)))
    let images = features.imageCount
    let lines = try CaptionFile.lineCount(at: file(name))
    guard let captions = Self.layouts.first(where: { lines == images * $0 }) else {
      throw StagesError.file(
        path: file(name),
        problem: "\(SummaryTable.grouped(lines)) captions for the \(SummaryTable.grouped(images)) "
          + "images of \(array); expected one an image, or five")
    }
    return (
      CaptionFile(
        path: file(name), form: name.hasSuffix(".tsv") ? .table : .text, array: array,
        captionsPerImage: captions),
      Array(path: file(array), sizes: features.sizes)
    )
  }
}
