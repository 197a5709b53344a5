import ArgumentParser
import Stages

/// The rules that reject pairs for what they are.
struct ContentOptions: ParsableArguments {
  @Flag(name: .long, help: "Of pairs with the same caption and image, keep the first alone.")
  var dropRepeated = false

  @Option(
    help: ArgumentHelp(
      "Of pairs whose images look nearly the same: keep all; drop pairs with the same words; or drop"
        + " all images but one.", valueName: "choice"))
  var nearDuplicates = ContentRules.NearDuplicates.keep

  @Option(
    help: ArgumentHelp(
      "In how many of 64 bits the hashes of such images may differ, 0 to 12.", valueName: "bits"))
  var nearRadius = ContentRules.usualRadius

  @Option(
    help: ArgumentHelp(
      "Reject images that more than this many different captions share.", valueName: "number"))
  var placeholderCaptions: Int?

  @Option(
    help: ArgumentHelp(
      "Reject images whose shorter side has fewer pixels.", valueName: "pixels"))
  var minimumSide: Int?

  @Option(
    help: ArgumentHelp(
      "Reject images whose longer side is more than this many times the shorter.",
      valueName: "ratio"))
  var largestAspectRatio: Double?

  @Option(help: ArgumentHelp("Reject captions of fewer words.", valueName: "number"))
  var minimumWords: Int?

  @Option(help: ArgumentHelp("Reject captions of more words.", valueName: "number"))
  var maximumWords: Int?

  /// What was chosen.
  var rules: ContentRules {
    var rules = ContentRules()
    rules.dropRepeated = dropRepeated
    rules.nearDuplicates = nearDuplicates
    rules.nearRadius = nearRadius
    rules.placeholderCaptions = placeholderCaptions
    rules.minimumSide = minimumSide
    rules.largestAspectRatio = largestAspectRatio
    rules.minimumWords = minimumWords
    rules.maximumWords = maximumWords
    return rules
  }
}

extension ContentRules.NearDuplicates: ExpressibleByArgument {}
