import ArgumentParser
import Audit
import CommandSupport
import Foundation
import Inspector
import Stages

/// How a web page of a workspace is served: shared by `serve` and `label`.
struct ServeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The address to listen on. Whoever reaches it can see all pairs and review them.",
      valueName: "host"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("The port to listen on; 0 for any free one.", valueName: "port"))
  var port: UInt16 = 8080

  @Option(
    name: .customLong("allow-host"),
    help: ArgumentHelp(
      "A name beside the host's own that browsers may ask for the page by; may be given several"
        + " times.", valueName: "host"))
  var allowedHosts: [String] = []

  @Option(
    help: ArgumentHelp(
      "The name to store reviews under. (default: the name you are logged in by)",
      valueName: "name"))
  var reviewer: String?

  func validate() throws {
    if let reviewer, reviewer.trimmingCharacters(in: .whitespaces).isEmpty {
      throw ValidationError("--reviewer is empty")
    }
    guard !host.isEmpty else { throw ValidationError("--host is empty") }
  }

  /// What the pages are served from.
  func configuration(
    of workspace: Workspace, labelCount: Int = 200, labelSeed: UInt64 = 0
  ) -> InspectorConfiguration {
    var generator = SystemRandomNumberGenerator()
    return InspectorConfiguration(
      workspace: workspace.path, address: ListeningAddress(host: host, port: port),
      allowedHosts: allowedHosts, reviewer: reviewer ?? NSUserName(), labelCount: labelCount,
      labelSeed: labelSeed, token: InspectorConfiguration.token(using: &generator),
      now: { Date() }, writer: { workspace.currentWriter() })
  }
}
