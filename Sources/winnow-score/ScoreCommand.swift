import ArgumentParser
import CommandSupport
import Stages

@main
struct ScoreCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-score",
    abstract: "Score every pair of a workspace that has features.",
    discussion: """
      Stores the similarity of both trained networks and their mean, in [0, 1], for each pair. \
      Running it again goes on with what was interrupted. With --model no training is needed: a \
      checkpoint that the published code of MSCN saved is read, nothing in it executed. Of another \
      workspace's models folder, what winnow-purify starts from is taken over as well, so that \
      similarities mean the same in all shards.

      With --stream pictures are looked at and scored in one pass: what winnow-featurize would record \
      of them is recorded, but no features are stored (92 KB a picture). They are made as those that \
      the model was trained on. What is stored already is used.

      With --explain the rejected pairs are explained as well, and as many that are kept, those \
      nearest the threshold first: where each word looks in the picture and how well it is found \
      there, which captions of the dataset fit the picture best, and which pictures the caption. \
      Run it after winnow-purify; before, what is less similar than halfway between trusted pairs \
      and mismatches counts as rejected. In a pipeline it is a stage of its own, explain.

      Example:
        winnow-score --workspace run
        winnow-score --workspace run --explain
        winnow-score --workspace shard-7 --model shard-0/models
        winnow-score --workspace shard-7 --model shard-0/models --stream
        winnow-score --workspace run --model model_best.pth.tar \\
          --vocabulary f30k_precomp_vocab.json
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Option(
    help: ArgumentHelp(
      "Score with this published checkpoint, or with the models folder of another workspace.",
      valueName: "path"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "The checkpoint's vocabulary. (default: vocabulary.json or the only *_vocab.json beside it)",
      valueName: "file"))
  var vocabulary: String?

  @Flag(help: "Look at pictures without stored features as well, and store none.")
  var stream = false

  @Flag(help: "Explain the rejected pairs and those nearest the threshold, too.")
  var explain = false

  @Option(
    help: ArgumentHelp(
      "Explain at most this many pairs. (default: \(ExplainConfiguration.usualPairs))",
      valueName: "pairs"))
  var explainPairs: Int?

  @Flag(
    help: """
      Discard what this command began or did before, and do it anew: with --explain the \
      explanations alone, else scores, the decisions made on them and explanations; with --stream \
      also what is known of pictures without stored features.
      """)
  var restart = false

  @OptionGroup(title: "How --stream makes features") var features: StreamOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard explain || explainPairs == nil else {
      throw StagesError.configuration(
        stage: ScoreStage.name, key: "explain-pairs", problem: "is given without --explain")
    }
    guard !explain || !stream else {
      throw StagesError.configuration(
        stage: ScoreStage.name, key: "explain",
        problem:
          "reads stored features, and with --stream none are stored; run winnow-featurize, then "
          + "winnow-score --explain")
    }
    let score = ScoreStage(
      ScoreConfiguration(
        model: model, vocabulary: vocabulary, stream: stream, features: features.choices))
    let explanation = ExplainStage(
      ExplainConfiguration(pairs: explainPairs ?? ExplainConfiguration.usualPairs))
    if explain { try explanation.configuration.validate() }
    let summary = try output.withContext(
      of: Self.commandName, on: workspace.workspace, restarts: restart
    ) { context, _ in
      // Explaining anew must not throw away the decisions that say what is to be explained.
      var summary = try score.perform(
        in: workspace.workspace, context: explain ? context.goingOn : context,
        command: Self.commandName)
      if explain {
        summary.explanations = try explanation.perform(
          in: workspace.workspace, context: context, command: Self.commandName)
      }
      return summary
    }
    try output.print(summary)
  }

  private static let commandName = "winnow-score"
}
