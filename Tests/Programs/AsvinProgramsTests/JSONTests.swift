import AsvinFixtures
import Testing

@Suite("JSON of every command", .usesScratch)
struct JSONTests {
  /// What every report may have of these.
  struct Answer: Decodable {
    struct Release: Decodable { let version: String }
    let result: String?
    let reason: String?
    let code: Int?
    let exitCode: Int?
    let message: String?
    let release: Release?
  }

  @Test(arguments: [
    "init --force", "keygen -o new.pem", "pub ed25519.pem", "lint blink.bin", "sign blink.bin -o new.asvin",
    "verify blink-1.0.0.asvin --trust ed25519.pub.pem", "inspect blink-1.0.0.asvin", "inspect blink.bin",
    "extract blink-1.0.0.asvin --trust ed25519.pub.pem -o new.bin",
    "export blink-1.0.0.asvin --trust ed25519.pub.pem --envelope e --stream s", "pub ed25519.pem --format c",
    "device-header --trust ed25519.pub.pem -o d.h", "delta blink.bin blink-1.0.0.asvin -o new.patch",
    "publish blink-1.0.0.asvin --group g --to dir:r --trust ed25519.pub.pem", "help",
  ])
  func `Every command writes one JSON value to standard output and nothing to standard error`(arguments: String) throws
  {
    try Bench.with { scratch in
      #expect(try ProgramRun("sign blink.bin --quiet", in: scratch).exitCode == 0)
      let run = try ProgramRun("\(arguments) --json", in: scratch)
      #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
      #expect(throws: Never.self) { try run.json(Answer.self) }
    }
  }

  @Test func `A verdict holds result, reason and code`() throws {
    try Bench.with { scratch in
      #expect(try ProgramRun("sign blink.bin --quiet", in: scratch).exitCode == 0)
      let good = try ProgramRun("verify blink-1.0.0.asvin --trust ed25519.pub.pem --json", in: scratch).json(
        Answer.self)
      #expect(good.result == "accepted" && good.reason == "accepted" && good.code == 0)
      #expect(good.release?.version == "1.0.0")
      let run = try ProgramRun("verify blink-1.0.0.asvin --trust ed25519.pub.pem --floor 16777216 --json", in: scratch)
      let bad = try run.json(Answer.self)
      #expect(run.exitCode == 65)
      #expect(bad.result == "rejected" && bad.reason == "sequence-not-above-floor" && bad.code == 42)
    }
  }

  @Test func `A failure is also JSON, in addition to the text on standard error`() throws {
    try Bench.with { scratch in
      let run = try ProgramRun("sign none.bin --json", in: scratch)
      let failure = try run.json(Answer.self)
      #expect(run.exitCode == 66 && failure.exitCode == 66)
      #expect(failure.result == "failed" && failure.message?.contains("none.bin") == true)
      #expect(run.errors.hasPrefix("asvin-pack: error: "))
    }
  }
}
