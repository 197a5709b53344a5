/// Tells how time passes while a picture is decoded, for the limit on it.
public struct DecodeClock: Sendable {
  /// Time since some fixed moment.
  public let now: @Sendable () -> Duration

  /// - Parameter now: time since some fixed moment; called from the decoding thread, often.
  public init(now: @escaping @Sendable () -> Duration) { self.now = now }

  /// Real time, which neither stands still nor goes back.
  public static var monotonic: DecodeClock {
    let start = ContinuousClock.now
    return DecodeClock { start.duration(to: .now) }
  }
}

/// The moment a picture has to be decoded by. A class, since C code holds it by its address.
final class Deadline: Sendable {
  private let clock: DecodeClock
  private let end: Duration

  init(after seconds: Double, by clock: DecodeClock) {
    self.clock = clock
    end = clock.now() + .seconds(seconds)
  }

  var isPast: Bool { clock.now() > end }
}
