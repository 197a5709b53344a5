import Testing

@testable import Imaging

@Suite struct ResamplingTests {
  @Test func shorterSideAndCentreCropEqualPillowToTheBit() throws {
    let preprocessor = ImagePreprocessor(side: 32)
    for name in try Fixture.names("resize-") where name != "resize-photo" {
      let image = try preprocessor.image(from: Fixture.bytes(name + ".png"))
      #expect(image.width == 32 && image.height == 32)
      let difference = Fixture.difference(image.pixels, try Fixture.bytes(name + ".rgb"))
      #expect(difference.largest == 0, "\(name): \(difference)")
    }
  }

  @Test func reducedJPEGDecodingStaysWithinTwoLevelsOfTheFullOne() throws {
    let bytes = try Fixture.bytes("resize-photo.jpg")
    let expected = try Fixture.bytes("resize-photo.rgb")
    let full = try ImagePreprocessor(side: 32, reducedDecodingMargin: nil).image(from: bytes)
    #expect(Fixture.difference(full.pixels, expected).mean <= 0.05)
    let reduced = try ImagePreprocessor(side: 32).image(from: bytes)
    #expect(Fixture.difference(reduced.pixels, expected).mean <= 2)
  }

  @Test func aWindowEqualsTheSamePartOfTheWhole() throws {
    let image = try ImageDecoder().image(from: Fixture.bytes("resize-97x61.png"))
    let whole = image.resampled(toWidth: 50, height: 40)
    let window = image.resampled(toWidth: 50, height: 40, columns: 7..<44, rows: 3..<40)
    #expect(window == whole.cropped(columns: 7..<44, rows: 3..<40))
  }

  @Test func constantPicturesStayConstantAtEverySize() {
    let image = RGBImage(width: 5, height: 3, filledWith: (255, 128, 1))
    for (width, height) in [(1, 1), (2, 2), (5, 3), (17, 40), (224, 224)] {
      #expect(
        image.resampled(toWidth: width, height: height)
          == RGBImage(width: width, height: height, filledWith: (255, 128, 1)))
    }
  }

  @Test func extremeShapesAreFitted() {
    for (width, height) in [(2, 3000), (3000, 2), (1, 1), (224, 223)] {
      let image = RGBImage(width: width, height: height, filledWith: (10, 20, 30))
      for fit in ImageFit.allCases {
        let square = ImagePreprocessor(fit: fit).fitted(image)
        #expect(square.width == 224 && square.height == 224)
        #expect(square[111, 111] == (10, 20, 30))
      }
    }
  }

  @Test func paddingIsWhiteAndLosesNothing() {
    let image = RGBImage(width: 64, height: 32, filledWith: (0, 0, 0))
    let square = ImagePreprocessor(side: 32, fit: .pad).fitted(image)
    #expect(square[0, 7] == (255, 255, 255) && square[31, 24] == (255, 255, 255))
    #expect(square[0, 8] == (0, 0, 0) && square[31, 23] == (0, 0, 0))
  }

  @Test func normalizedValuesAreThoseTheWeightsWereTrainedOn() {
    let image = RGBImage(width: 1, height: 1, pixels: [0, 127, 255])
    #expect(image.normalized == [-127 / 128, 0, 1])
  }
}
