import ArgumentParser
import CommandSupport
import Stages

@main
struct FetchCommand: WinnowCommand {
  static let configuration = CommandConfiguration(
    commandName: "winnow-fetch",
    abstract: "Fetch the images that a workspace's pairs name by URL.",
    discussion: """
      Each URL is fetched once, however many pairs name it, and its bytes are stored by their hash. \
      What fails is stored with its reason; what may be gone at another time is asked for again. \
      Running it again goes on with what was interrupted.

      Example:
        winnow-fetch --workspace run
        winnow-fetch --workspace run --retry-failed
      """,
    version: programVersion)

  @OptionGroup var workspace: WorkspaceOptions

  @Flag(help: "Try the URLs again that failed before, and no others.")
  var retryFailed = false

  @Option(help: ArgumentHelp("Transfers at a time.", valueName: "number"))
  var concurrency: Int = FetchConfiguration().concurrency

  @Option(help: ArgumentHelp("Transfers at a time from one host.", valueName: "number"))
  var perHost: Int = FetchConfiguration().perHost

  @Option(
    help: ArgumentHelp("Wait between two transfers from one host.", valueName: "seconds"))
  var hostDelay: Double = FetchConfiguration().hostDelay

  @Option(
    help: ArgumentHelp(
      "Times to ask for a URL before it fails, where another time may help.",
      valueName: "number"))
  var tries: Int = FetchConfiguration().tries

  @Option(
    help: ArgumentHelp(
      "Wait before the second try; each further wait is twice as long.", valueName: "seconds"))
  var retryDelay: Double = FetchConfiguration().retryDelay

  @Option(help: ArgumentHelp("Give up files of more bytes, in 2^20.", valueName: "number"))
  var maxMegabytes: Int = FetchConfiguration().maximumMegabytes

  @Option(help: ArgumentHelp("Give up URLs of more redirects.", valueName: "number"))
  var maxRedirects: Int = FetchConfiguration().maximumRedirects

  @Option(help: ArgumentHelp("Give up servers that take longer to answer.", valueName: "seconds"))
  var connectSeconds: Int = FetchConfiguration().connectSeconds

  @Option(help: ArgumentHelp("Give up transfers that take longer.", valueName: "seconds"))
  var maxSeconds: Int = FetchConfiguration().maximumSeconds

  @Flag(
    help: "Take images also where X-Robots-Tag says noai, noimageai, noindex or noimageindex.")
  var ignoreOptOuts = false

  @Flag(help: "Connect also to addresses that are not on the public internet.")
  var allowPrivateAddresses = false

  @Option(
    help: ArgumentHelp("What servers are told. (default: winnow/VERSION)", valueName: "text"))
  var userAgent: String?

  @Option(
    help: ArgumentHelp("Certificates to trust instead of the system's.", valueName: "file"))
  var certificates: String?

  @OptionGroup var restart: RestartOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var configuration = FetchConfiguration()
    configuration.retriesFailed = retryFailed
    configuration.concurrency = concurrency
    configuration.perHost = perHost
    configuration.hostDelay = hostDelay
    configuration.tries = tries
    configuration.retryDelay = retryDelay
    configuration.maximumMegabytes = maxMegabytes
    configuration.maximumRedirects = maxRedirects
    configuration.connectSeconds = connectSeconds
    configuration.maximumSeconds = maxSeconds
    configuration.ignoresOptOuts = ignoreOptOuts
    configuration.allowsPrivateAddresses = allowPrivateAddresses
    configuration.userAgent = userAgent
    configuration.certificates = certificates
    try FetchStage(configuration).perform(
      in: workspace, restarts: restart.restarts, output: output)
  }
}
