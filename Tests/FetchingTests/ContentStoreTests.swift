import Pairs
import TestSupport
import Testing

@testable import Fetching

@Suite struct ContentStoreTests {
  @Test func filesAreNamedByTheirHash() throws {
    let folder = try ScratchFolder()
    let store = ContentStore(folder: folder.file("images"))
    try store.prepare()
    let digest = try store.store(Array("abc".utf8))
    #expect(
      digest.description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(store.path(of: digest) == folder.file("images/ba/\(digest)"))
    #expect(try folder.read("images/ba/\(digest)") == Array("abc".utf8))
    #expect(try store.store(Array("abc".utf8)) == digest)
    let file = try folder.write(Array("def".utf8), to: "images/incoming/x")
    let moved = try store.store(fileAt: file)
    #expect(try folder.read("images/\(moved.description.prefix(2))/\(moved)") == Array("def".utf8))
    try store.sync()
  }

  @Test func whatAKilledRunLeftIsRemoved() throws {
    let folder = try ScratchFolder()
    let store = ContentStore(folder: folder.path)
    try store.prepare()
    let digest = try store.store([1])
    try folder.write([1, 2], to: "incoming/1-2.partial")
    try store.prepare()
    #expect(try folder.names == ["incoming", String(digest.description.prefix(2))].sorted())
    #expect(try ScratchFolder().names == [])
    #expect(throws: (any Error).self) { try folder.read("incoming/1-2.partial") }
  }

  @Test func aFileThatWasCutOffIsWrittenAnew() throws {
    let folder = try ScratchFolder()
    let store = ContentStore(folder: folder.path)
    try store.prepare()
    let digest = try store.store(Array("whole".utf8))
    let name = "\(digest.description.prefix(2))/\(digest)"
    try folder.write(Array("who".utf8), to: name)
    #expect(try store.store(Array("whole".utf8)) == digest)
    #expect(try folder.read(name) == Array("whole".utf8))
  }

  @Test func aFolderThatCannotBeWrittenStopsTheRun() throws {
    let folder = try ScratchFolder()
    try folder.write([1], to: "images")
    let store = ContentStore(folder: folder.file("images"))
    let error = #expect(throws: FetchError.self) { try store.prepare() }
    #expect(
      error?.description.hasPrefix("\(folder.path)/images/incoming: cannot be written: ") == true)
    #expect(throws: FetchError.self) { try store.store([1]) }
    #expect(throws: FetchError.self) { try ContentStore(folder: folder.file("none")).sync() }
  }
}
