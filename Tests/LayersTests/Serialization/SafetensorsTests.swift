import Foundation
import TestSupport
import Tensors
import Testing

@testable import Layers

@Suite struct SafetensorsTests {
  func file(_ header: String, data: [UInt8] = []) -> Data {
    let text = Array(header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) }
    return Data(length + text + data)
  }

  func failure(_ data: Data) -> String {
    do {
      _ = try SafetensorsFile(data, name: "f")
      return "read"
    } catch { return "\(error)" }
  }

  func sample() -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["model": "π \"quoted\"\n", "a": "b"])
    writer.add("weight", Tensor([1, -2.5, 3, 0.1, 65504, 1e-7], shape: [3, 2]))
    writer.add("half", Tensor([1, -2.5, 3, 0.1, 65504, 6e-8], shape: [3, 1, 2]), as: .float16)
    writer.add("step", integers: [-7, 1 << 40], shape: [2])
    writer.add("scalar", Tensor([4], shape: []))
    writer.add("empty", Tensor([], shape: [0, 5]))
    return writer
  }

  @Test func whatIsWrittenIsRead() throws {
    let data = sample().data()
    #expect(data.count == sample().byteCount && data.count.isMultiple(of: 2))
    let file = try SafetensorsFile(data, name: "f")
    #expect(file.metadata == ["model": "π \"quoted\"\n", "a": "b"])
    #expect(Set(file.names) == ["weight", "half", "step", "scalar", "empty"])
    let weight = try file.tensor("weight", shape: [3, 2])
    #expect(weight.elements == [1, -2.5, 3, 0.1, 65504, 1e-7])
    let half = try file.tensor("half")
    #expect(half.shape == [3, 1, 2])
    #expect(half.elements == [1, -2.5, 3, 0.1, 65504, 6e-8].map { Float(Float16($0)) })
    #expect(try file.integers("step") == [-7, 1 << 40])
    #expect(try file.tensor("scalar").shape == [])
    #expect(try file.tensor("empty").shape == [0, 5])
  }

  @Test func rowsAreReadAlone() throws {
    let file = try SafetensorsFile(sample().data(), name: "f")
    let rows = try file.tensor("half", rows: 1..<3)
    #expect(rows.shape == [2, 1, 2])
    #expect(rows.elements == Array(try file.tensor("half").elements[2...]))
    #expect(try file.tensor("weight", rows: 1..<1).shape == [0, 2])
  }

  @Test func orderOfAddingDoesNotMatter() {
    var other = SafetensorsWriter(metadata: ["a": "b", "model": "π \"quoted\"\n"])
    other.add("empty", Tensor([], shape: [0, 5]))
    other.add("scalar", Tensor([4], shape: []))
    other.add("step", integers: [-7, 1 << 40], shape: [2])
    other.add("half", Tensor([1, -2.5, 3, 0.1, 65504, 6e-8], shape: [3, 1, 2]), as: .float16)
    other.add("weight", Tensor([1, -2.5, 3, 0.1, 65504, 1e-7], shape: [3, 2]))
    #expect(other.data() == sample().data())
  }

  @Test(arguments: [ElementType.float16, .float32])
  func storedBytesAreWrittenAsTheyAre(_ type: ElementType) {
    let values: [Float] = [1, -2.5, 3, 0.1, 65504, 6e-8]
    var stored = SafetensorsWriter()
    stored.add("x", bytes: type.bytes(of: values), of: type, shape: [3, 1, 2])
    var encoding = SafetensorsWriter()
    encoding.add("x", Tensor(values, shape: [3, 1, 2]), as: type)
    #expect(stored.data() == encoding.data())
    #expect(stored.byteCount == encoding.byteCount)
  }

  @Test func fromDiskEqualsFromMemory() throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "safetensors-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    try sample().data().write(to: url)
    let file = try SafetensorsFile(contentsOf: url)
    #expect(try file.tensor("weight").elements == [1, -2.5, 3, 0.1, 65504, 1e-7])
    #expect {
      try SafetensorsFile(contentsOf: url.appendingPathExtension("gone"))
    } throws: { "\($0)".contains("gone: cannot be read: ") }
  }

  @Test func brainFloatsAndSmallIntegersAreRead() throws {
    let header =
      #"{"b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"#
      + #""i":{"data_offsets":[4,8],"shape":[1],"dtype":"I32"}, "#
      + #""\u0074\ud83d\ude00":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}} "#
    let data: [UInt8] = [0x80, 0x3F, 0x20, 0xC0, 0xFE, 0xFF, 0xFF, 0xFF, 1]
    let file = try SafetensorsFile(self.file(header, data: data), name: "f")
    #expect(try file.tensor("b").elements == [1, -2.5])
    #expect(try file.integers("i") == [-2])
    #expect(try file.integers("t😀") == [1])
    #expect { try file.tensor("i") } throws: {
      "\($0)" == "f: tensor `i` has element type I32, which cannot be used here"
    }
    #expect { try file.tensor("c") } throws: { "\($0)" == "f: tensor `c` is missing" }
    #expect { try file.tensor("b", shape: [3]) } throws: {
      "\($0)" == "f: tensor `b` has shape [2], expected [3]"
    }
  }

  @Test func hostileHeadersAreRefusedWithTheReason() {
    func entry(_ name: String, _ shape: String, _ offsets: String) -> String {
      #""\#(name)":{"dtype":"F32","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }
    let four = [UInt8](repeating: 0, count: 4)
    let cases: [(header: String, data: [UInt8], message: String)] = [
      ("{\(entry("a", "[1]", "[0,4]"))}", [], "the tensors need 4 bytes, 0 are there"),
      ("{\(entry("a", "[1]", "[0,4]"))}", four + [0], "1 bytes after the last tensor"),
      ("{\(entry("a", "[1]", "[4,8]"))}", four + four, "tensor `a` begins at 4, the data before"),
      (
        "{\(entry("a", "[1]", "[0,4]")),\(entry("b", "[1]", "[0,4]"))}", four,
        "tensor `b` begins at 0, the data before it ends at 4"
      ),
      ("{\(entry("a", "[1]", "[0,4]")),\(entry("a", "[1]", "[4,8]"))}", four + four, "`a` occurs"),
      ("{\(entry("a", "[2]", "[0,4]"))}", four, "F32 [2] takes 8 bytes, its data_offsets span 4"),
      ("{\(entry("a", "[4611686018427387904,4,0]", "[0,0]"))}", [], "is too large"),
      ("{\(entry("a", "[-1]", "[0,4]"))}", four, "expected a whole number"),
      ("{\(entry("a", "[1.0]", "[0,4]"))}", four, "expected `]`"),
      ("{\(entry("a", "[1]", "[4,0]"))}", four, "two ascending data_offsets"),
      ("{\(entry("a", "[01]", "[0,4]"))}", four, "expected a whole number"),
      (#"{"a":{"dtype":"C64","shape":[],"data_offsets":[0,8]}}"#, [], "has element type C64"),
      (#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}"#, four, "key `x`"),
      ("{} trailing", [], "text after the closing brace"), ("[]", [], "does not begin with {"),
      (String(repeating: "{\"a\":", count: 100_000), [], "unknown or repeated key `a`"),
      ("{\"a", [], "a name without an end"),
    ]
    for (header, data, message) in cases {
      let found = failure(file(header, data: data))
      #expect(found.contains(message), "\(header.prefix(80)): \(found)")
    }
    #expect(
      failure(Data([0, 0])) == "f: the file is cut short: 2 bytes cannot hold a header's length")
    #expect(failure(Data(repeating: 0xFF, count: 64)).contains("at most 33554432 are read"))
    #expect(failure(Data([9, 0, 0, 0, 0, 0, 0, 0, 0x7B])).contains("the header ends at 17 of 9"))
  }

  @Test func mutatedFilesEndInValuesOrErrors() {
    let seed = [UInt8](sample().data())
    var mutation = Mutation(seed: 11, fragment: Array("[{".utf8))
    var (read, refused) = (0, 0)
    for _ in 0..<5000 {
      do {
        let file = try SafetensorsFile(Data(mutation.damage(seed)), name: "f")
        for entry in file.entries {
          if entry.elementType.isFloatingPoint {
            #expect(try file.tensor(entry.name).count == entry.count)
          } else {
            #expect(try file.integers(entry.name).count == entry.count)
          }
        }
        read += 1
      } catch { refused += 1 }
    }
    #expect(read > 100 && refused > 1000, "\(read) read, \(refused) refused")
  }
}
