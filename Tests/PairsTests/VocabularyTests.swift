import Testing

@testable import Pairs

@Suite struct VocabularyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func vocabulary(_ captions: [[String]], minimumCount: Int = 1) throws -> Vocabulary {
    var builder = VocabularyBuilder()
    for caption in captions { builder.add(caption) }
    return try builder.vocabulary(minimumCount: minimumCount)
  }

  @Test func numbersByFirstAppearanceAboveTheCount() throws {
    let dogs = ["b", "a", "b", "c"]
    let found = try vocabulary([dogs, ["a", "<start>", "<unk>"], dogs], minimumCount: 3)
    #expect(found.words == ["<pad>", "<start>", "<end>", "<unk>", "b", "a"])
    #expect(found.count == 6)
    #expect(found.encode(["a", "b", "c", "<pad>"]) == [1, 5, 4, 3, 3, 2])
    #expect(found.encode([]) == [1, 2])
    #expect(throws: PairsError.self) { try vocabulary([], minimumCount: 0) }
  }

  @Test func endlessCaptionsAreCut() throws {
    let found = try vocabulary([["a"]])
    let encoded = found.encode(Array(repeating: "a", count: 5000))
    #expect(encoded == [1] + Array(repeating: 4, count: Vocabulary.longestCaption) + [2])
  }

  @Test func accentsAreComparedByBytes() throws {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    let found = try vocabulary([[composed, decomposed, composed]])
    #expect(found.encode([composed, decomposed]) == [1, 4, 5, 2])
    let path = folder.path + "/vocabulary.json"
    try found.write(to: path)
    let read = try Vocabulary(readFrom: path)
    #expect(read == found && read.minimumCount == 1)
    #expect(read.encode([composed, decomposed]) == [1, 4, 5, 2])
    #expect(try vocabulary([[decomposed, composed]]) != found)
  }

  @Test func readsThePublishedForm() throws {
    let words = #""word2idx": {"<pad>": 0, "<start>": 1, "<end>": 2, "<unk>": 3, "dog": 4}"#
    let numbered =
      #""idx2word": {"0": "<pad>", "1": "<start>", "2": "<end>", "3": "<unk>", "4": "dog"}"#
    for text in ["{\(words)}", "{\(numbered), \"idx\": 5}", "{\(words), \(numbered), \"idx\": 5}"] {
      let path = try folder.write("v.json", text)
      #expect(try Vocabulary(readFrom: path).encode(["dog", "cat"]) == [1, 4, 3, 2])
    }
  }

  @Test(arguments: [
    ("", "is not JSON"), ("{", "is not JSON"), ("[]", "is not a JSON object"),
    (#"{"wrods": []}"#, "unexpected key \"wrods\"; did you mean \"words\"?"),
    (#"{"format": "winnow-vocabulary"}"#, "\"version\" is missing"),
    (
      #"{"format": "x", "version": 1}"#,
      "its format is \"x\" version 1, expected \"winnow-vocabulary\" version 1"
    ),
    (
      #"{"format":"winnow-vocabulary","version":1,"minimum_count":4,"words":[1]}"#,
      "\"words\" is not an array of strings"
    ),
    (
      #"{"format":"winnow-vocabulary","version":1,"minimum_count":4,"words":["<pad>","a"]}"#,
      "word 1 is \"a\", expected \"<start>\""
    ),
    (
      #"{"format":"winnow-vocabulary","version":1,"minimum_count":4,"words":["<pad>"]}"#,
      "word 1 is missing, expected \"<start>\""
    ),
    (
      #"{"format":"winnow-vocabulary","version":1,"minimum_count":4,"#
        + #""words":["<pad>","<start>","<end>","<unk>","a","b","a"]}"#,
      "\"a\" is both word 4 and word 6"
    ),
    (
      #"{"idx2word": {"0": "<pad>", "2": "a"}}"#,
      "\"idx2word\" has 2 entries, but none for number 1"
    ),
    (#"{"word2idx": {"<pad>": "0"}}"#, "\"word2idx\" is not an object of integers"),
  ])
  func malformedFilesAreNamed(text: String, problem: String) throws {
    let path = try folder.write("v.json", text)
    #expect(throws: PairsError.malformedVocabulary(path: path, problem: problem)) {
      try Vocabulary(readFrom: path)
    }
  }
}
