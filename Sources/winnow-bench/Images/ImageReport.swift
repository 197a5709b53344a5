/// All that `winnow-bench images` measured; its JSON is described in the README.
struct ImageReport: Codable, Equatable {
  /// The version of Winnow.
  let version: String
  let processor: String
  /// What OpenBLAS computes with, such as `Zen`.
  let blas: String
  /// The network's name, such as `lite0`.
  let backbone: String
  /// Regions per side.
  let grid: Int
  /// Pictures that a thread takes at a time.
  let batch: Int
  /// Operations of the network's convolutions for one picture, in billions.
  let gigaflopPerImage: Double
  let pictures: [Pictures]
  /// For one thread, and for several.
  var groups: [ThreadGroup]
  /// Of pictures decoded at a part of their size from the same decoded in full.
  let reducedDifference: PixelDifference
  /// Versions of the other runtimes, and how far their results are from Winnow's.
  var twin: ImageTwinReport?
  /// Why other runtimes were not timed, one line each.
  var twinAbsences: [String]

  enum CodingKeys: String, CodingKey {
    case version
    case processor
    case blas
    case backbone
    case grid
    case batch
    case gigaflopPerImage = "gflop_per_image"
    case pictures
    case groups
    case reducedDifference = "reduced_difference"
    case twin
    case twinAbsences = "twin_absences"
  }

  /// Pictures of one size.
  struct Pictures: Codable, Equatable {
    let size: PictureSize
    let count: Int
    let meanBytes: Int

    enum CodingKeys: String, CodingKey {
      case size
      case count
      case meanBytes = "mean_bytes"
    }

    init(_ size: PictureSize, files: [[UInt8]]) {
      self.size = size
      count = files.count
      meanBytes = files.reduce(0) { $0 + $1.count } / max(1, files.count)
    }
  }

  /// What was measured with one number of threads.
  struct ThreadGroup: Codable, Equatable {
    let threads: Int
    /// Of a 2048³ product with as many threads.
    let sgemmGigaflopsPerSecond: Double
    var works: [ImageMeasurement]

    enum CodingKeys: String, CodingKey {
      case threads
      case sgemmGigaflopsPerSecond = "sgemm_gflops_per_second"
      case works
    }
  }

  /// Sets the other runtimes' times beside Winnow's.
  mutating func compare(with twin: ImageTwinReport) {
    self.twin = twin
    twinAbsences += twin.absent.map(\.absence)
    for group in groups.indices {
      let threads = groups[group].threads
      for index in groups[group].works.indices {
        let work = groups[group].works[index].work
        groups[group].works[index].compare(
          with: twin.measurements.filter { $0.work == work && $0.threads == threads })
      }
    }
  }
}
