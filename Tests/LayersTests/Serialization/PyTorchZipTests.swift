import Foundation
import TestSupport
import Tensors
import Testing

@testable import Layers

@Suite struct PyTorchZipTests {
  func failure(_ bytes: [UInt8]) -> String {
    do {
      _ = try PyTorchFile(Data(bytes), name: "w.pth")
      return "read"
    } catch { return "\(error)" }
  }

  private func failure(entry index: Int, _ change: (inout ZipBuilder.Entry) -> Void) -> String {
    failure(ZipBuilder.honest { change(&$0.entries[index]) })
  }

  @Test(arguments: [true, false])
  func tensorsAndOptionsAreRead(isLong: Bool) throws {
    let file = try PyTorchFile(Data(ZipBuilder.honest { $0.isLong = isLong }), name: "w.pth")
    let entries = try #require(try file.root.entries())
    #expect(entries.map(\.name) == ["matrix", "opt"] && file.storedCount == 6)
    let options = try #require(try entries[1].value.entries())
    #expect(options.map(\.name) == ["embed_size", "bi_gru"])
    #expect(options[0].value.integer == 24 && options[1].value.boolean == true)

    let dictionary = ZipBuilder.checkpoint(storages: [("0", ZipBuilder.floats)]) {
      $0.op("}")
      $0.string("t")
      $0.tensor(key: "0", count: 6, shape: [3, 2], strides: [1, 3])
      $0.op("s")
    }
    let checkpoint = try PyTorchCheckpoint(Data(dictionary), name: "w.pth")
    #expect(try checkpoint.tensor("t", shape: [3, 2]).elements == [0, 3, 1, 4, 2, 5])
  }

  @Test func sizesOfOver32BitsAreRead() {
    #expect(failure(entry: 2) { $0.longFieldLength = 24 } == "read")
    let bad = "w.pth: a bad zip file: "
    #expect(
      failure(entry: 2) { $0.longFieldLength = 16 } == bad + "`w/data/0` lacks its zip64 sizes")
    for number in [1 << 40, Int.max] {
      #expect(
        failure(entry: 2) {
          $0.longFieldLength = 24
          $0.size = number
        } == bad + "`w/data/0` lies outside the file")
      #expect(
        failure(entry: 2) {
          $0.longFieldLength = 24
          $0.offset = number
        } == bad + "`w/data/0` lies outside the file")
    }
  }

  @Test func theChecksumIsThatOfZip() {
    let text = Data("123456789".utf8)
    #expect(CRC32.checksum(of: text.bytes, in: 0..<9) == 0xCBF4_3926)
    #expect(CRC32.checksum(of: text.bytes, in: 4..<4) == 0)
  }

  @Test func lyingEntriesAreNamed() {
    let bad = "w.pth: a bad zip file: "
    #expect(
      failure(entry: 2) { $0.method = 8 } == bad
        + "`w/data/0` is compressed (method 8); torch.save only stores")
    #expect(
      failure(entry: 2) { $0.flags = 1 } == bad
        + "`w/data/0` is encrypted, or of a kind that is not read")
    #expect(
      failure(entry: 2) { $0.storedSize = 23 } == bad
        + "`w/data/0` has two sizes, 24 and 23")
    #expect(failure(entry: 2) { $0.size = 1 << 30 } == bad + "`w/data/0` lies outside the file")
    #expect(
      failure(entry: 2) { $0.size = 0xFFFF_FFFF } == bad
        + "`w/data/0` lacks its zip64 sizes")
    #expect(failure(entry: 2) { $0.offset = 1 << 30 } == bad + "`w/data/0` lies outside the file")
    #expect(
      failure(entry: 2) { $0.offset = 3 } == bad
        + "there is no entry where the directory has `w/data/0`")
    #expect(
      failure(entry: 2) { $0.localName = "w/data/1" } == bad
        + "the entry where the directory has `w/data/0` is another")
    #expect(
      failure(entry: 2) { $0.checksum = 1 } == "w.pth: `w/data/0` does not have the checksum"
        + " that the zip directory gives; the file is damaged")
    #expect(
      failure(entry: 2) { $0.contents += [0] }
        == "w.pth: storage 0 has 25 bytes, the tensors expect 24")
    #expect(
      failure(entry: 1) { $0.contents = Array("big".utf8) }
        == "w.pth: written on a big-endian machine")
    #expect(failure(entry: 1) { $0.name = "w/code/x.py" }.contains("none that torch.save writes"))
    #expect(
      failure(entry: 1) { $0.name = "v/version" }
        == "w.pth: the zip entry `v/version` is not below `w/`")
    #expect(
      failure(entry: 1) { $0.name = "w/data/0" }
        == "w.pth: the zip entry `w/data/0` is there twice")
    #expect(
      failure(entry: 1) { $0.name = "w/data/7" }
        == "w.pth: no tensor uses the storage `w/data/7`")
    #expect(failure(entry: 2) { $0.name = "w/data/7" } == "w.pth: storage 0 is not in the file")
    #expect(
      failure(entry: 0) { $0.name = "w/data.txt" }
        == "w.pth: a zip file with 0 entries `…/data.pkl`, not one")
  }

  @Test func entriesInEachOtherAreRefused() throws {
    func file(innerOffset: Int?) -> [UInt8] {
      ZipBuilder.honest { zip in
        var within = ZipBuilder()
        within.add("w/.inner", [1])
        zip.add("w/.outer", within.bytes)
        zip.add("w/.inner", [1]) { $0.offset = innerOffset }
      }
    }
    // The directory's last entry is pointed at the one inside another's contents.
    let name = Array("w/.inner".utf8)
    let bytes = file(innerOffset: nil)
    let first = try #require(
      (0..<(bytes.count - 8)).first { bytes[$0..<($0 + 8)].elementsEqual(name) })
    #expect(failure(bytes) == "read")
    #expect(
      failure(file(innerOffset: first - 30))
        == "w.pth: a bad zip file: `w/.inner` overlaps the entry before it")
  }

  @Test func lyingEndsAreNamed() {
    let bad = "w.pth: a bad zip file: "
    #expect(
      failure(ZipBuilder.honest { $0.comment = [0x41] }).contains("must end with its directory"))
    #expect(
      failure(ZipBuilder.honest { $0.count = 60_000 })
        == bad + "its directory is too short for 60000 entries")
    #expect(failure(ZipBuilder.honest { $0.count = 2 }).hasPrefix(bad + "its directory has "))
    #expect(
      failure(ZipBuilder.honest { $0.directoryOffset = 1 << 30 })
        == bad + "its directory is not where the end of the file says")
    #expect(
      failure(ZipBuilder.honest { $0.directorySize = 0 })
        == bad + "its directory is not where the end of the file says")
    #expect(failure([0x50, 0x4B, 3, 4, 0, 0]).contains("must end with its directory"))
  }

  @Test func otherPythonObjectsAreNamedAndNothingRuns() {
    for (module, name) in [
      ("os", "system"), ("builtins", "eval"), ("argparse", "ArgumentParser"),
      ("argparse", "FileType"), ("numpy.core.multiarray", "scalar"), ("torch", "load"),
      ("torch._utils", "_rebuild_device_tensor_from_numpy"),
    ] {
      let message = failure(
        ZipBuilder.checkpoint {
          $0.global(module, name)
          $0.op("(")
          $0.string("touch /tmp/executed")
          $0.op("t")
          $0.op("R")
        })
      #expect(
        message == "w.pth: the pickle refers to `\(module).\(name)`; "
          + "only tensors and plain containers are read")
    }
  }

  @Test func namespacesAreOnlyFilled() {
    func namespace(_ body: (inout PickleBuilder) -> Void) -> String {
      failure(
        ZipBuilder.checkpoint {
          $0.global("argparse", "Namespace")
          body(&$0)
        })
    }
    #expect(
      namespace {
        $0.tuple([1])
        $0.raw([0x81])
      }.contains("a new object that is not an empty namespace"))
    #expect(
      namespace {
        $0.op(")")
        $0.op("R")
      }.contains("wrong arguments for rebuilding an object"))
    #expect(
      namespace {
        $0.op(")")
        $0.raw([0x81])
        $0.int(1)
        $0.op("b")
      }.contains("a state for something that is not a dictionary"))
  }

  /// One dictionary as the state of many namespaces, growing between them, would be copied each
  /// time: a file of half a megabyte could ask for gigabytes.
  @Test func aDictionaryIsTheStateOfOneNamespaceOnly() {
    let message = failure(
      ZipBuilder.checkpoint {
        $0.op("}")
        $0.raw([0x71, 0])
        for _ in 0..<2 {
          $0.global("argparse", "Namespace")
          $0.op(")")
          $0.raw([0x81])
          $0.raw([0x68, 0])
          $0.op("b")
        }
      })
    #expect(message.contains("a state for something that is not a dictionary"), "\(message)")
  }

  @Test func endlessPicklesAreCut() {
    let many = failure(
      ZipBuilder.checkpoint { $0.raw(Array(repeating: 0x4E, count: Unpickler.objectLimit + 1)) })
    #expect(many.contains("more than \(Unpickler.objectLimit) objects"))
    let long = failure(
      ZipBuilder.checkpoint { $0.raw(Array(repeating: 0x4E, count: PyTorchFile.pickleLimit)) })
    #expect(long.contains("at most \(PyTorchFile.pickleLimit) are read"))
    // Thousands of views whose shape is one endless tuple: refused by its length, not walked.
    let shapes = failure(
      ZipBuilder.checkpoint(storages: [("0", ZipBuilder.floats)]) {
        $0.tensor(
          key: "0", count: 6, shape: Array(repeating: 1, count: 100_000), strides: [1])
      })
    #expect(shapes.contains("a tensor of more than 64 dimensions"))
  }

  @Test func cutFilesAreRefused() {
    let bytes = ZipBuilder.honest()
    for length in 0..<bytes.count {
      let message = failure(Array(bytes[..<length]))
      #expect(message.hasPrefix("w.pth: "), "\(length): \(message)")
    }
  }

  @Test func mutatedFilesEndInValuesOrErrors() {
    var mutation = Mutation(seed: 7, fragment: [0x50, 0x4B])
    let honest = ZipBuilder.honest()
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      do {
        let file = try PyTorchFile(Data(mutation.damage(honest)), name: "w.pth")
        let entries = try #require(try file.root.entries())
        for entry in entries { _ = try entry.value.entries() }
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 50 && refused > 1000, "\(read) read, \(refused) refused")
  }
}
