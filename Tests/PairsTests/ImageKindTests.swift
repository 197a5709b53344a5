import Testing

@testable import Pairs

@Suite struct ImageKindTests {
  @Test func aURLSaysItsKind() {
    for url in ["a.png", "file:///a.png", "https://host/a.png", "a.npy#0"] {
      #expect(ImageKind(ofURL: url) == .pictures, "\(url)")
    }
    #expect(ImageKind(ofURL: "precomp:a.npy#0") == .precomputed)
    for url in ["precomp:a.npy", "gopher://host/a", ""] {
      #expect(ImageKind(ofURL: url) == nil, "\(url)")
    }
  }

  @Test func theOtherKindIsRefused() {
    let row = ImageLocation.precomputed(relativePath: "a.npy", row: 0)
    let file = ImageLocation.local(relativePath: "a.png")
    #expect(ImageKind.pictures.refusal(of: file) == nil)
    #expect(ImageKind.precomputed.refusal(of: row) == nil)
    #expect(
      ImageKind.pictures.refusal(of: row)
        == RowFailure(
          .unsupportedURL,
          "the URL names precomputed features, but the workspace is one of pictures"))
    #expect(
      ImageKind.precomputed.refusal(of: .remote(url: "https://host/a.png"))
        == RowFailure(
          .unsupportedURL,
          "the URL names pictures, but the workspace is one of precomputed features"))
    let refused = ImageLocation.refused(RowFailure(.unsafePath, "out"))
    #expect(ImageKind.pictures.refusal(of: refused) == nil && refused.kind == nil)
  }
}
