import Glibc

/// The folder that local images lie in: a manifest's folder, or the one given for it. No image
/// outside it is ever opened, by whatever path or symbolic link.
public struct ImageRoot: Hashable, Sendable {
  /// The folder without symbolic links.
  public let canonicalPath: String
  /// The folder as given, made absolute; absolute image paths may begin with either.
  private let givenComponents: [Substring]
  private let canonicalComponents: [Substring]

  /// The folder at `path`.
  ///
  /// - Throws: `PairsError.cannotRead` when it is missing or no folder.
  public init(folder path: String) throws(PairsError) {
    switch canonicalized(path) {
    case .success(let canonical): canonicalPath = canonical
    case .failure(let failure):
      throw .cannotRead(path: path, problem: SystemError.message(failure.code))
    }
    var status = stat()
    guard stat(canonicalPath, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .cannotRead(path: path, problem: "is not a folder")
    }
    canonicalComponents = canonicalPath.split(separator: "/")
    let given = path.hasPrefix("/") ? Self.normalized(path) : nil
    givenComponents = given ?? canonicalComponents
  }

  /// The folder that the manifest at `path` lies in.
  ///
  /// - Throws: `PairsError.cannotRead` when it is missing or no folder.
  public init(ofManifestAt path: String) throws(PairsError) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) }
    try self.init(folder: folder ?? ".")
  }

  /// Where the image of a manifest's URL is, decided by its text alone.
  public func location(of url: String) -> ImageLocation {
    switch ImageURL(url) {
    case .remote(let url): return .remote(url: url)
    case .refused(let failure): return .refused(failure)
    case .archived:
      let detail = "the URL names a picture in an archive; ingest that with --format webdataset"
      return .refused(RowFailure(.unsupportedURL, detail))
    case .path(let path):
      switch relativePath(path) {
      case .success(let path): return .local(relativePath: path)
      case .failure(let refusal): return .refused(refusal.failure)
      }
    case .precomputed(let path, let row):
      switch relativePath(path) {
      case .success(let path): return .precomputed(relativePath: path, row: row)
      case .failure(let refusal): return .refused(refusal.failure)
      }
    }
  }

  private struct Refusal: Error {
    let failure: RowFailure
  }

  private func relativePath(_ path: String) -> Result<String, Refusal> {
    guard let components = relativeComponents(of: path) else {
      let detail = "the path leads out of the image folder"
      return .failure(Refusal(failure: RowFailure(.unsafePath, detail)))
    }
    guard !components.isEmpty else {
      let detail = "the path is the image folder itself"
      return .failure(Refusal(failure: RowFailure(.unsupportedURL, detail)))
    }
    return .success(components.joined(separator: "/"))
  }

  /// The file that a location leads to now, symbolic links followed; it may not leave the root.
  public func resolve(_ location: ImageLocation) -> ResolvedImage {
    switch location {
    case .remote(let url): return .remote(url: url)
    case .refused(let failure): return .failed(failure)
    case .local(let path): return resolveFile(path)
    case .precomputed(let path, let row):
      switch resolveFile(path) {
      case .file(let path): return .precomputed(path: path, row: row)
      case let other: return other
      }
    }
  }

  private func resolveFile(_ path: String) -> ResolvedImage {
    // A relative path may come from storage that anyone can edit.
    guard let components = Self.normalized(path), !components.isEmpty else {
      return .failed(RowFailure(.unsafePath, "the path leads out of the image folder"))
    }
    return resolve(components.joined(separator: "/"))
  }

  private func resolve(_ relativePath: String) -> ResolvedImage {
    let canonical: String
    switch canonicalized("\(canonicalPath)/\(relativePath)") {
    case .success(let path): canonical = path
    case .failure(let failure):
      let reason: PairReason = failure.isAbsence ? .missingImage : .unreadableImage
      let detail = "\(relativePath): \(SystemError.message(failure.code))"
      return .failed(RowFailure(reason, detail))
    }
    guard canonical.split(separator: "/").starts(with: canonicalComponents) else {
      let detail = "\(relativePath): a symbolic link leads out of the image folder"
      return .failed(RowFailure(.unsafePath, detail))
    }
    var status = stat()
    guard stat(canonical, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return .failed(RowFailure(.unreadableImage, "\(relativePath): is not a regular file"))
    }
    return .file(path: canonical)
  }

  /// The path's parts below the root; nil when it lies outside.
  private func relativeComponents(of path: String) -> [Substring]? {
    guard let components = Self.normalized(path) else { return nil }
    guard path.utf8.first == UInt8(ascii: "/") else { return components }
    for root in [givenComponents, canonicalComponents] where components.starts(with: root) {
      return Array(components.dropFirst(root.count))
    }
    return nil
  }

  /// The path's parts with `.` and `..` worked off; nil when they climb above its beginning.
  private static func normalized(_ path: String) -> [Substring]? {
    var components: [Substring] = []
    for component in path.split(separator: "/") where component != "." {
      if component != ".." {
        components.append(component)
      } else if components.popLast() == nil {
        return nil
      }
    }
    return components
  }
}

/// Why the system cannot follow a path.
private struct PathFailure: Error {
  let code: Int32
  var isAbsence: Bool { code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG }
}

/// The path without symbolic links, `.` and `..`.
private func canonicalized(_ path: String) -> Result<String, PathFailure> {
  guard let resolved = realpath(path, nil) else { return .failure(PathFailure(code: errno)) }
  defer { free(resolved) }
  return .success(String(cString: resolved))
}
