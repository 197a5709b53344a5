import Foundation
import Layers
import TestSupport
import Tensors
import Testing

@testable import Models

/// Checkpoints that PyTorch saved in the form of the published training code, from the networks of
/// the golden cases; see `Fixtures/make_published_checkpoints.py`.
@Suite struct PublishedCheckpointTests {
  private func fixture(_ path: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures/\(path)")
  }

  private func message(_ data: Data) -> String {
    do {
      _ = try PublishedCheckpoint(PyTorchFile(data, name: "m.pth.tar"))
      return "read"
    } catch { return "\(error)" }
  }

  /// The fixture with bytes of one length replaced everywhere, checksums made right again.
  private func changed(_ name: String, _ old: String, _ new: String) throws -> Data {
    precondition(old.utf8.count == new.utf8.count)
    var bytes = [UInt8](try Data(contentsOf: fixture("published/\(name)")))
    let (old, new) = (Array(old.utf8), Array(new.utf8))
    var count = 0
    for start in 0..<(bytes.count - old.count)
    where bytes[start] == old[0] && bytes[start..<(start + old.count)].elementsEqual(old) {
      bytes.replaceSubrange(start..<(start + old.count), with: new)
      count += 1
    }
    #expect(count > 0)
    return Data(try ZipChecksums.repaired(bytes))
  }

  @Test(arguments: [("sgr", "sgr-tiny"), ("saf", "saf-tiny")])
  func networksAreThoseThatWereSaved(published: String, golden: String) throws {
    let checkpoint = try PublishedCheckpoint(contentsOf: fixture("published/\(published).pth.tar"))
    let reference = try ReferenceCase(
      SafetensorsFile(contentsOf: fixture("reference/\(golden).safetensors"))
    ).network
    #expect(checkpoint.epoch == 4 && checkpoint.networks.count == 2)
    var sizes = reference.similarity.configuration
    sizes.dropout = 0.4
    for (network, factor) in zip(checkpoint.networks, [Float(1), 0.5]) {
      #expect(network.similarity.configuration == sizes)
      var expected = reference
      expected.similarity.scale(by: factor)
      expected.meta.scale(by: factor)
      for (found, golden) in [
        (network.similarity.parameters, expected.similarity.parameters),
        (network.meta.parameters, expected.meta.parameters),
      ] {
        #expect(found.map(\.name) == golden.map(\.name))
        #expect(zip(found, golden).allSatisfy { $0.value.elements == $1.value.elements })
      }
      var (own, other) = (network.similarity, reference.similarity)
      var statistics: [[Float]] = []
      other.visitNorms(prefix: "") { _, norm in
        statistics += [norm.runningMean.elements, norm.runningVariance.elements]
      }
      own.visitNorms(prefix: "") { name, norm in
        #expect(norm.runningMean.elements == statistics.removeFirst(), "\(name)")
        #expect(norm.runningVariance.elements == statistics.removeFirst(), "\(name)")
      }
      #expect(statistics.isEmpty)
    }
  }

  @Test func countersAreScalarsOf64Bits() throws {
    let network = try PublishedCheckpoint(contentsOf: fixture("published/sgr.pth.tar")).networks[0]
    let file = try SafetensorsFile(network.checkpoint().data(), name: "net-a.safetensors")
    let counters = file.entries.filter { $0.name.hasSuffix("num_batches_tracked") }
    #expect(counters.count == 2)
    #expect(counters.allSatisfy { $0.elementType == .int64 && $0.shape.isEmpty })
  }

  @Test(arguments: [
    ("meta_net_B", "meta_net_C", "unexpected key `meta_net_C`; nearest is `meta_net_A`"),
    ("best_rsum", "west_rsum", "unexpected key `west_rsum`; nearest is `best_rsum`"),
    (
      "img_enc.fc.weight", "img_enc.fc.weighs", "tensor `net_A.img_enc.fc.weight` is missing"
    ),
    (
      "cap_rnn.bias_ih_l0", "cap_rnn.bias_ih_l1",
      "tensor `net_A.txt_enc.cap_rnn.bias_ih_l0` is missing"
    ),
    (
      "opt", "orp", "unexpected key `orp`; nearest is `opt`"
    ),
    (
      "SGR_module.2", "SGR_module.7",
      "tensor `net_A.sim_enc.SGR_module.2.graph_query_w.weight` is missing"
    ),
    (
      "v_global_w.embedding_local.1.num_batches_tracked",
      "v_global_w.embedding_local.1.num_batches_trackee",
      "tensor `net_A.sim_enc.v_global_w.embedding_local.1.num_batches_tracked` is missing"
    ),
    (
      "module_name", "module_gape", "read"
    ),
  ])
  func whatIsNotPublishedIsNamed(old: String, new: String, problem: String) throws {
    let found = message(try changed("sgr.pth.tar", old, new))
    #expect(found == (problem == "read" ? problem : "m.pth.tar: \(problem)"))
  }

  @Test func optionsThatContradictTheTensorsAreNamed() throws {
    func option(_ key: String, _ old: [UInt8], _ new: [UInt8]) throws -> String {
      var bytes = [UInt8](try Data(contentsOf: fixture("published/sgr.pth.tar")))
      let name = Array(key.utf8)
      let start = try #require(
        (0..<(bytes.count - name.count)).last { bytes[$0..<($0 + name.count)].elementsEqual(name) })
      let value = try #require(
        (start..<(start + name.count + 8)).first {
          bytes[$0..<($0 + old.count)].elementsEqual(old)
        })
      bytes.replaceSubrange(value..<(value + old.count), with: new)
      return message(Data(try ZipChecksums.repaired(bytes)))
    }
    let what = "but the network that the tensors form has"
    #expect(
      try option("embed_size", [0x4B, 24], [0x4B, 25])
        == "m.pth.tar: `opt.embed_size` is 25, \(what) 24")
    #expect(
      try option("vocab_size", [0x4B, 40], [0x4B, 41])
        == "m.pth.tar: `opt.vocab_size` is 41, \(what) 40")
    #expect(
      try option("num_layers", [0x4B, 1], [0x4B, 2])
        == "m.pth.tar: `opt.num_layers` is 2, \(what) 1")
    #expect(
      try option("no_imgnorm", [0x89], [0x88])
        == "m.pth.tar: `opt.no_imgnorm` is true, \(what) false")
    #expect(
      try option("bi_gru", [0x88], [0x89]) == "m.pth.tar: `opt.bi_gru` is false, \(what) true")
    #expect(
      try option("sgr_step", [0x4B, 3], [0x4E, 0x30]).hasPrefix("m.pth.tar: bad pickle at byte "))
  }

  @Test func otherFilesAreExplained() throws {
    let weights = try fixture("reference/sgr-tiny.safetensors")
    #expect(throws: LayersError.self) { try PublishedCheckpoint(contentsOf: weights) }
    let one = message(try changed("saf.pth.tar", "net_B", "net_C"))
    #expect(one == "m.pth.tar: unexpected key `net_C`; nearest is `net_A`")
  }
}
