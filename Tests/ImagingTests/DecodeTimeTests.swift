import Synchronization
import Testing

@testable import Imaging

/// A clock that goes on by a step each time it is looked at.
final class SteppingClock: Sendable {
  private let time = Mutex(Duration.zero)
  let step: Duration

  init(step: Duration) { self.step = step }

  var clock: DecodeClock {
    DecodeClock { [self] in
      time.withLock {
        $0 += step
        return $0
      }
    }
  }
}

@Suite struct DecodeTimeTests {
  static let names = [
    "jpeg-baseline.jpg", "jpeg-progressive.jpg", "png-rgb-8.png", "png-rgb-8-interlaced.png",
    "webp-lossy.webp", "webp-lossless.webp", "webp-animated-lossy.webp", "gif-global-8.gif",
  ]

  @Test(arguments: names)
  func aPictureThatTakesTooLongHasAReason(name: String) throws {
    let limits = DecodeLimits(maximumSeconds: 0.5)
    let hurried = ImageDecoder(limits: limits, clock: SteppingClock(step: .seconds(1)).clock)
    let format = name.prefix { $0 != "-" }
    #expect(throws: ImageDecodeError(.tooSlow, "\(format): not decoded within 0.5 s")) {
      try hurried.image(from: Fixture.bytes(name))
    }
  }

  @Test(arguments: names)
  func aPictureInTimeIsUnchanged(name: String) throws {
    let bytes = try Fixture.bytes(name)
    let limits = DecodeLimits(maximumSeconds: 1000)
    let watched = ImageDecoder(limits: limits, clock: SteppingClock(step: .seconds(1)).clock)
    #expect(try watched.image(from: bytes) == ImageDecoder().image(from: bytes))
  }

  /// The clock starts anew with each picture.
  @Test func oneDecoderServesAnyNumberOfPictures() throws {
    let bytes = try Fixture.bytes("gif-global-8.gif")
    let limits = DecodeLimits(maximumSeconds: 100)
    let decoder = ImageDecoder(limits: limits, clock: SteppingClock(step: .seconds(1)).clock)
    for _ in 0..<50 { #expect(try decoder.image(from: bytes).width == 13) }
  }

  @Test func theMonotonicClockGoesOn() {
    let clock = DecodeClock.monotonic
    let first = clock.now()
    #expect(first >= .zero && clock.now() >= first && clock.now() < .seconds(60))
    #expect(Deadline(after: 60, by: clock).isPast == false)
    #expect(Deadline(after: -1, by: clock).isPast)
  }
}
