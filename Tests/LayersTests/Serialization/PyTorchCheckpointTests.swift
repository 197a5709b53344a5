import Foundation
import TestSupport
import Tensors
import Testing

@testable import Layers

@Suite struct PyTorchCheckpointTests {
  func failure(_ bytes: [UInt8]) -> String {
    do {
      _ = try PyTorchCheckpoint(Data(bytes), name: "w.pth")
      return "read"
    } catch { return "\(error)" }
  }

  func failure(_ body: (inout PickleBuilder) -> Void) -> String {
    failure(PickleBuilder.file(body))
  }

  @Test func stridedViewsBecomeRowMajorTensors() throws {
    let checkpoint = try PyTorchCheckpoint(Data(PickleBuilder.honest), name: "w.pth")
    #expect(checkpoint.names == ["matrix", "slice", "counter"])
    #expect(try checkpoint.tensor("matrix", shape: [3, 2]).elements == [0, 3, 1, 4, 2, 5])
    #expect(try checkpoint.tensor("slice").elements == [1, 4])
    #expect(try checkpoint.integers("counter") == [5])
    #expect { try checkpoint.tensor("counter") } throws: {
      "\($0)" == "w.pth: tensor `counter` has element type I64, which cannot be used here"
    }
    #expect { try checkpoint.tensor("bias") } throws: {
      "\($0)" == "w.pth: tensor `bias` is missing"
    }
  }

  @Test func otherPythonObjectsAreNamedAndNothingRuns() {
    for (module, name) in [
      ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("torch", "load"),
      ("torch", "FloatStorage.from_file"), ("collections", "Counter"), ("subprocess", "Popen"),
    ] {
      let message = failure {
        $0.global(module, name)
        $0.op("(")
        $0.string("touch /tmp/executed")
        $0.op("t")
        $0.op("R")
      }
      #expect(
        message == "w.pth: the pickle refers to `\(module).\(name)`; "
          + "only tensors and plain containers are read")
    }
  }

  @Test func deepNestingNeitherRecursesNorCrashes() {
    let deep = failure {
      $0.op(")")
      $0.raw(Array(repeating: 0x85, count: 1_000_000))
    }
    #expect(deep == "w.pth: the checkpoint is not a dictionary of tensors")
    let knot = failure {
      $0.op("]")
      $0.raw([0x71, 0])
      for _ in 0..<1000 { $0.raw([0x68, 0, 0x61]) }
    }
    #expect(knot == "w.pth: the checkpoint is not a dictionary of tensors")
  }

  @Test func viewsOutsideTheirStorageAreRefused() {
    let shapes: [(offset: Int, shape: [Int], strides: [Int])] = [
      (0, [7], [1]), (1, [6], [1]), (-1, [2], [1]), (0, [2], [-1]), (0, [-2], [1]),
      (0, [2, 2], [1]), (0, [.max, .max], [0, 0]), (0, [1 << 40], [0]), (0, [3], [.max]),
      (.max, [2], [1]), (0, [0, .max, .max], [1, 1, 1]), (0, Array(repeating: 1, count: 9), []),
    ]
    for (offset, shape, strides) in shapes {
      let message = failure {
        $0.op("}")
        $0.string("t")
        $0.tensor(key: "1", count: 6, offset: offset, shape: shape, strides: strides)
        $0.op("s")
      }
      #expect(
        message.contains("a tensor \(shape) with strides \(strides) in 6 elements"), "\(message)")
    }
  }

  @Test func cutFilesAreTruncated() {
    let bytes = PickleBuilder.honest
    for length in 0..<bytes.count {
      let message = failure(Array(bytes[..<length]))
      #expect(message.hasPrefix("w.pth: the file is cut short: "), "\(length): \(message)")
    }
    #expect(failure(bytes + [0]) == "w.pth: 1 bytes after the storages")
  }

  @Test func otherFormatsAreExplained() {
    #expect(failure(Array("<!DOCTYPE html>".utf8)).contains("not a pickle of protocol 2"))
    #expect(
      failure([0x80, 2, 0x4B, 1, 0x2E])
        == "w.pth: not a PyTorch checkpoint of the format before zip")
    #expect(failure { $0.raw([0x93]) }.contains("instruction 0x93 is not one that is read"))
    #expect(failure { $0.op("t") }.contains("no mark on the stack"))
  }

  @Test func theStrideOfASingleElementMayBeAnything() throws {
    let file = PickleBuilder.file(storages: [("1", 6, Array(repeating: 0, count: 24))]) {
      $0.op("}")
      $0.string("t")
      $0.tensor(key: "1", count: 6, shape: [3, 2, 1], strides: [2, 1, .max])
      $0.op("s")
    }
    let tensor = try PyTorchCheckpoint(Data(file), name: "w.pth").tensor("t")
    #expect(tensor.shape == [3, 2, 1])
  }

  @Test func mutatedFilesEndInValuesOrErrors() {
    var mutation = Mutation(seed: 5, fragment: [0x71, 0x28])
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      do {
        let bytes = mutation.damage(PickleBuilder.honest)
        let checkpoint = try PyTorchCheckpoint(Data(bytes), name: "w.pth")
        for name in checkpoint.names where (try? checkpoint.integers(name)) == nil {
          let tensor = try checkpoint.tensor(name)
          #expect(tensor.shape == (try checkpoint.shape(of: name)))
        }
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 50 && refused > 1000, "\(read) read, \(refused) refused")
  }
}
