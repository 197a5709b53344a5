extension PairReason {
  /// One sentence for a reader who has only the code in front of them.
  public var explanation: String {
    switch self {
    case .trusted:
      "The pair was given as trusted and is not judged."
    case .matched:
      "The model finds that the caption describes the image."
    case .mismatch:
      "The model finds that the caption does not describe the image."
    case .uncertain:
      "The two networks disagree, or cannot tell whether the caption describes the image."
    case .malformedRow:
      "The manifest line does not have exactly two tab-separated columns."
    case .invalidUTF8:
      "The manifest line holds bytes that are not valid UTF-8."
    case .emptyCaption:
      "The caption is empty or only whitespace."
    case .emptyURL:
      "The image URL is empty or only whitespace."
    case .captionTooLong:
      "The caption has more bytes, or more words, than the limit."
    case .captionTooShort:
      "The caption has fewer words than the limit."
    case .urlTooLong:
      "The image URL has more bytes than the limit."
    case .unsupportedURL:
      "The image URL is neither a path nor one of the schemes file, http, https and precomp, or it "
        + "names pictures among precomputed features, or the other way round."
    case .unsafePath:
      "The image path leads out of the manifest's folder or the image root."
    case .notFetched:
      "The image is on the web and has not been fetched."
    case .malformedURL:
      "The image URL cannot be taken apart, or it holds a space or control character."
    case .timeout:
      "The server did not send the image in the time that it was given."
    case .dns:
      "The name of the image's server leads to no address."
    case .connection:
      "The connection to the image's server failed or broke off."
    case .tls:
      "The image's server has no certificate that holds."
    case .httpError:
      "The image's server answered with an error; http_status has its number."
    case .tooLarge:
      "The server sends more bytes than the limit."
    case .notAnImage:
      "What the server sent is not a picture."
    case .redirectLimit:
      "The image's URL leads through more redirects than the limit."
    case .optedOut:
      "The site asks, by X-Robots-Tag, not to use the image."
    case .blockedAddress:
      "The image's URL leads to an address that is not on the public internet."
    case .missingImage:
      "There is no file at the image path."
    case .unreadableImage:
      "The image file exists but cannot be read."
    case .corruptArchive:
      "The archive breaks off or contradicts itself here; what comes after it is lost."
    case .emptyImage:
      "The image file has zero bytes."
    case .unsupportedFormat:
      "The image file's content is not of a format that Winnow decodes."
    case .truncatedImage:
      "The image file ends before its last pixel."
    case .corruptImage:
      "The image file does not decode."
    case .imageTooLarge:
      "The image's header announces more pixels than the limit."
    case .imageTooSmall:
      "The image has fewer pixels a side than the limit."
    case .imageTooNarrow:
      "The image's longer side is too many times its shorter one."
    case .imageTooSlow:
      "The image takes longer to decode than the limit."
    case .duplicatePair:
      "The same image with the same caption is kept already."
    case .nearDuplicate:
      "A nearly identical image is kept already, with this caption or in this one's place."
    case .placeholderImage:
      "Many different captions share this image, as with a \"picture not available\" notice."
    case .overruled:
      "A reviewer decided against the model."
    }
  }
}
