import Foundation
import Testing

@testable import Pairs

@Suite struct ImageRootTests {
  private let folder: TemporaryFolder
  private let root: ImageRoot

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("root/images/a b.jpg", "x")
    try folder.write("root/100%.jpg", "x")
    try folder.write("secret.jpg", "x")
    try folder.write("root-2/other.jpg", "x")
    root = try ImageRoot(folder: folder.path + "/root")
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/root/\(name)", withDestinationPath: target)
  }

  private func outcome(_ url: String) -> String {
    switch root.resolve(root.location(of: url)) {
    case .file(let path): String(path.dropFirst(root.canonicalPath.count + 1))
    case .precomputed(let path, let row):
      "\(path.dropFirst(root.canonicalPath.count + 1)) row \(row)"
    case .remote(let url): url
    case .failed(let failure): "\(failure.reason.rawValue): \(failure.detail)"
    }
  }

  @Test func followsPathsAndFileURLs() {
    let found = "images/a b.jpg"
    for url in [
      "images/a b.jpg", "./images//a b.jpg", "file:images/a%20b.jpg", "x/../images/a b.jpg",
      "FILE:images/a b.jpg", " images/a b.jpg\r", "\u{FEFF}images/a b.jpg",
      "file://localhost\(root.canonicalPath)/images/a%20b.jpg",
      "file://\(root.canonicalPath)/images/a%20b.jpg", "\(folder.path)/root/images/a b.jpg",
    ] {
      #expect(outcome(url) == found, "\(url)")
    }
    #expect(outcome("100%.jpg") == "100%.jpg")
    #expect(outcome("file:100%25.jpg") == "100%.jpg")
    #expect(outcome("https://x.org/a.jpg") == "https://x.org/a.jpg")
    for url in ["precomp:100%.jpg#7", "PRECOMP:./100%.jpg#7", " precomp:x/../100%.jpg#7\r"] {
      #expect(outcome(url) == "100%.jpg row 7", "\(url)")
    }
  }

  @Test(arguments: [
    ("../secret.jpg", "unsafe_path: the path leads out of the image folder"),
    ("file:%2e%2e/secret.jpg", "unsafe_path: the path leads out of the image folder"),
    ("images/../../secret.jpg", "unsafe_path: the path leads out of the image folder"),
    ("/etc/passwd", "unsafe_path: the path leads out of the image folder"),
    ("file:///etc/passwd", "unsafe_path: the path leads out of the image folder"),
    ("file:a%00.jpg", "unsafe_path: the path holds a NUL byte"),
    ("a\0.jpg", "unsafe_path: the path holds a NUL byte"),
    ("file:a%2", "unsupported_url: the file URL's percent-encoding is broken"),
    ("file:%ff", "unsupported_url: the file URL's percent-encoding is broken"),
    ("file://host/a.jpg", "unsupported_url: the file URL names another host"),
    ("file:", "empty_url: the URL has no path"),
    (".", "unsupported_url: the path is the image folder itself"),
    ("ftp://x/a", "unsupported_url: the URL scheme \"ftp\" is none of file, http and https"),
    ("data:,x", "unsupported_url: the URL scheme \"data\" is none of file, http and https"),
    (
      "JavaScript:x",
      "unsupported_url: the URL scheme \"javascript\" is none of file, http and https"
    ),
    ("precomp:a.npy", "unsupported_url: expected precomp:FILE.npy#ROW, the row from 0"),
    ("precomp:#1", "unsupported_url: expected precomp:FILE.npy#ROW, the row from 0"),
    ("precomp:a.npy#-1", "unsupported_url: expected precomp:FILE.npy#ROW, the row from 0"),
    ("precomp:a.npy#01", "unsupported_url: expected precomp:FILE.npy#ROW, the row from 0"),
    (
      "precomp:a.npy#99999999999999999999",
      "unsupported_url: expected precomp:FILE.npy#ROW, the row from 0"
    ),
    ("precomp:../secret.jpg#0", "unsafe_path: the path leads out of the image folder"),
    ("precomp:/etc/passwd#0", "unsafe_path: the path leads out of the image folder"),
    ("precomp:none.npy#0", "missing_image: none.npy: No such file or directory"),
    ("http:///a.jpg", "unsupported_url: the URL names no host"),
    ("http:a.jpg", "unsupported_url: the URL names no host"),
    ("http://x/a b", "malformed_url: the URL holds a space or control character"),
    ("http://x/a\u{7F}", "malformed_url: the URL holds a space or control character"),
    ("none.jpg", "missing_image: none.jpg: No such file or directory"),
    ("100%.jpg/x", "missing_image: 100%.jpg/x: Not a directory"),
    ("images", "unreadable_image: images: is not a regular file"),
  ])
  func refusesTheRest(url: String, expected: String) {
    #expect(outcome(url) == expected)
  }

  @Test func aNeighbourWithTheSameBeginningIsOutside() {
    #expect(outcome("\(folder.path)/root-2/other.jpg").hasPrefix("unsafe_path"))
    #expect(outcome("../root-2/other.jpg").hasPrefix("unsafe_path"))
  }

  @Test func symbolicLinksMayNotEscape() throws {
    try link("inside.jpg", to: "images/a b.jpg")
    try link("out.jpg", to: "../secret.jpg")
    try link("up", to: "..")
    try link("loop.jpg", to: "loop.jpg")
    try link("dangling.jpg", to: "none")
    #expect(outcome("inside.jpg") == "images/a b.jpg")
    #expect(
      outcome("out.jpg")
        == "unsafe_path: out.jpg: a symbolic link leads out of the image folder")
    #expect(outcome("up/root-2/other.jpg").hasPrefix("unsafe_path: up/root-2/other.jpg"))
    #expect(outcome("loop.jpg").hasPrefix("unreadable_image: loop.jpg: "))
    #expect(outcome("dangling.jpg").hasPrefix("missing_image: dangling.jpg: "))
    #expect(outcome(String(repeating: "a", count: 5000)).hasPrefix("missing_image: "))
  }

  @Test func aStoredLocationIsCheckedAgain() {
    let stored = ImageLocation.local(relativePath: "../secret.jpg")
    #expect(
      root.resolve(stored)
        == .failed(RowFailure(.unsafePath, "the path leads out of the image folder")))
  }

  @Test func rootsMustBeFolders() throws {
    let manifest = try ImageRoot(ofManifestAt: folder.path + "/root/m.tsv")
    #expect(manifest.canonicalPath == root.canonicalPath)
    #expect(throws: PairsError.cannotRead(path: "/no", problem: "No such file or directory")) {
      try ImageRoot(folder: "/no")
    }
    let file = folder.path + "/secret.jpg"
    #expect(throws: PairsError.cannotRead(path: file, problem: "is not a folder")) {
      try ImageRoot(folder: file)
    }
  }
}
