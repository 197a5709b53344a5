import ArgumentParser
import Foundation
import TestServer

/// Serves the test site until it is stopped, to measure fetching or to try it by hand.
@main
struct FetchServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch-server",
    abstract: "Serve pictures and everything that goes wrong on the web, on 127.0.0.1.")

  @Option(help: "The port; 0 for one that is free.")
  var port: Int = 0

  func run() throws {
    let server = try TestSite().serve(port: port)
    // Unbuffered: another program reads it before this one ends.
    FileHandle.standardOutput.write(Data((server.url("/") + "\n").utf8))
    while true { sleep(3600) }
  }
}
