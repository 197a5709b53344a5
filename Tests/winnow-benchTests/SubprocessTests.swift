import Foundation
import Testing

@testable import winnow_bench

@Suite struct SubprocessTests {
  @Test func outputErrorsAndStatusAreKept() throws {
    let result = try Subprocess.run(
      ["sh", "-c", "echo out; echo problem >&2; exit 3"], timeout: 60)
    #expect(result.status == 3)
    #expect(String(decoding: result.output, as: UTF8.self) == "out\n")
    #expect(result.errors == "problem\n")
  }

  @Test func anEndlessProgramIsStopped() {
    let start = ContinuousClock.now
    #expect(throws: Subprocess.Failure.tooLong(seconds: 1)) {
      try Subprocess.run(["sleep", "600"], timeout: 1)
    }
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test func tooMuchOutputIsRefused() {
    #expect(throws: Subprocess.Failure.tooMuch(bytes: Subprocess.outputLimit)) {
      try Subprocess.run(["head", "-c", "2000000", "/dev/zero"], timeout: 60)
    }
  }

  @Test func aMissingProgramHasAStatus() throws {
    #expect(try Subprocess.run(["no-such-program"], timeout: 60).status == 127)
  }
}
