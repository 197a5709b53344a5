/// One timed work on pictures.
struct ImageMeasurement: Codable, Equatable {
  let work: ImageWork
  /// Pictures of one run.
  let images: Int
  let runs: Int
  let minimum: Double
  let median: Double
  /// Over the median.
  let imagesPerSecond: Double
  /// Of the network alone.
  let gigaflopsPerSecond: Double?
  /// `gigaflopsPerSecond` over the rate of a 2048³ product.
  let sgemmShare: Double?
  /// The most that the process held meanwhile, in bytes; nil where the system does not tell.
  let peakMemory: Int?
  /// The other runtimes' times.
  private(set) var others: [Other] = []

  enum CodingKeys: String, CodingKey {
    case work
    case images
    case runs
    case minimum = "seconds_minimum"
    case median = "seconds_median"
    case imagesPerSecond = "images_per_second"
    case gigaflopsPerSecond = "gflops_per_second"
    case sgemmShare = "sgemm_share"
    case peakMemory = "peak_memory_bytes"
    case others
  }

  /// - Parameters:
  ///   - images: pictures of one run.
  ///   - operations: of one picture, and GFLOP/s of a 2048³ product, for works that are counted.
  ///   - peakMemory: in bytes.
  init(
    _ work: ImageWork, _ timing: RepeatedTiming, images: Int,
    operations: (count: Int, sgemm: Double)? = nil, peakMemory: Int?
  ) {
    self.work = work
    self.images = images
    runs = timing.seconds.count
    minimum = timing.minimum
    median = timing.median
    let rate = Double(images) / timing.median
    imagesPerSecond = rate
    gigaflopsPerSecond = operations.map { Double($0.count) / 1e9 * rate }
    sgemmShare = operations.map { Double($0.count) / 1e9 * rate / $0.sgemm }
    self.peakMemory = peakMemory
  }

  /// What another runtime needs for the same.
  struct Other: Codable, Equatable {
    let runtime: ImageRuntime
    let runs: Int
    let minimum: Double
    let median: Double
    let imagesPerSecond: Double
    /// How many times as fast Winnow is, by the medians.
    let ratio: Double
    /// Pictures of a batch, and batches computed side by side; of networks, the fastest choice.
    let batch: Int?
    let sideBySide: Int?

    enum CodingKeys: String, CodingKey {
      case runtime
      case runs
      case minimum = "seconds_minimum"
      case median = "seconds_median"
      case imagesPerSecond = "images_per_second"
      case ratio
      case batch
      case sideBySide = "side_by_side"
    }
  }

  /// Sets other runtimes' times beside this one.
  mutating func compare(with measurements: [ImageTwinReport.Measurement]) {
    others = measurements.map { other in
      let rate = Double(other.images) / other.timing.median
      return Other(
        runtime: other.runtime, runs: other.timing.seconds.count, minimum: other.timing.minimum,
        median: other.timing.median, imagesPerSecond: rate, ratio: imagesPerSecond / rate,
        batch: other.batch, sideBySide: other.sideBySide)
    }
  }
}
