/// Times of several runs of one work.
struct RepeatedTiming: Equatable {
  /// Seconds of each run, in order: at least one.
  let seconds: [Double]

  var minimum: Double { seconds.min() ?? 0 }

  /// The middle one; of an even number the mean of both.
  var median: Double {
    let sorted = seconds.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// Short works run until this many seconds are timed, or `mostRuns` times.
  static let enough = 2.0
  static let mostRuns = 10

  init(seconds: [Double]) { self.seconds = seconds }

  /// Times `body` after one run that does not count: `repeats` times, and short works more often.
  /// - Parameters:
  ///   - prepare: called before each run, not timed.
  ///   - body: owns its input: were it also held here, the first change to it would copy it, and
  ///     the copying would be timed.
  init<Input>(
    repeats: Int, prepare: () -> Input, _ body: (inout Input) throws -> Void
  ) rethrows {
    var first = prepare()
    try body(&first)
    let clock = ContinuousClock()
    var seconds: [Double] = []
    while seconds.count < repeats
      || (seconds.count < Self.mostRuns && seconds.reduce(0, +) < Self.enough)
    {
      var input = prepare()
      let start = clock.now
      try body(&input)
      let components = (clock.now - start).components
      seconds.append(Double(components.seconds) + Double(components.attoseconds) * 1e-18)
    }
    self.seconds = seconds
  }
}
