import ArgumentParser
import Foundation

/// Whether a Python twin is run as well.
enum TwinChoice: ExpressibleByArgument, Equatable {
  /// Where what it needs can be imported.
  case automatic
  case off
  /// A script in place of the repository's.
  case script(String)

  init?(argument: String) {
    switch argument {
    case "": return nil
    case "auto": self = .automatic
    case "off": self = .off
    default: self = .script(argument)
    }
  }

  var defaultValueDescription: String { "auto" }
}

/// A Python script that times the same computation in another runtime.
struct TwinScript: Equatable {
  let path: String

  /// The repository's script: from the working directory, or from a folder that the program lies in.
  ///
  /// - Parameter path: where it lies in the repository.
  static func find(_ path: String, program: URL?) -> TwinScript? {
    var folders = [URL(filePath: FileManager.default.currentDirectoryPath)]
    var folder = program?.resolvingSymlinksInPath().deletingLastPathComponent()
    while let next = folder, next.path != "/" {
      folders.append(next)
      folder = next.deletingLastPathComponent()
    }
    return folders.map { $0.appending(path: path).path }
      .first { FileManager.default.fileExists(atPath: $0) }
      .map { TwinScript(path: $0) }
  }

  /// The script that a user named.
  static func named(_ path: String) throws(BenchError) -> TwinScript {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .twin(script: path, problem: "no such file")
    }
    return TwinScript(path: path)
  }

  /// Why there is nothing of a script that was not found.
  static func absence(of path: String, timing what: String) -> String {
    "\(path) is neither here nor near the program, so \(what) not timed; name it with --twin"
  }

  /// Runs Python, within a time limit in seconds.
  func python(_ arguments: [String], timeout: Int) throws(BenchError) -> Subprocess {
    do {
      return try Subprocess.run(["python3"] + arguments, timeout: timeout)
    } catch {
      throw refusal("\(error)")
    }
  }

  /// The script's JSON.
  func output(_ arguments: [String], timeout: Int) throws(BenchError) -> Data {
    let result = try python([path] + arguments + ["--json"], timeout: timeout)
    guard result.status == 0 else {
      throw refusal("ended with status \(result.status):\n\(result.errors.suffix(4000))")
    }
    return result.output
  }

  /// What the script printed; a key that is not known is an error too.
  func decode<Output: Decodable>(
    _ data: Data, keys known: [String]
  ) throws(BenchError) -> Output {
    do {
      let keys = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?.keys
      if let stranger = keys?.sorted().first(where: { !known.contains($0) }) {
        throw refusal("its output has an unknown key `\(stranger)`")
      }
      return try JSONDecoder().decode(Output.self, from: data)
    } catch let error as BenchError {
      throw error
    } catch {
      throw refusal("its output is not the JSON expected: \(error)")
    }
  }

  /// The timing of a work, from the seconds of its runs.
  func timing(_ seconds: [Double], of work: String) throws(BenchError) -> RepeatedTiming {
    guard !seconds.isEmpty, seconds.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw refusal("\(work): times that cannot be: \(seconds)")
    }
    return RepeatedTiming(seconds: seconds)
  }

  /// That the script or its output is of no use.
  func refusal(_ problem: String) -> BenchError { .twin(script: path, problem: problem) }
}
