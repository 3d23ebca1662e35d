import AsvinFixtures
import AsvinHost
import AsvinPatch
import AsvinManifest
import AsvinVerifier
import CAsvinDevice
import Testing

@Suite("The constants of the C headers") struct CHeaderTests {
  static func text(_ result: Int32) -> String { unsafe String(cString: asvin_reason_text(result)) }

  @Test func `Every reason has its name, and no other number below 256 has one`() {
    for code in 2..<Int32(256) {
      let reason = Reason(rawValue: UInt8(code))
      #expect(Self.text(code) == reason.map { "\($0.name)" } ?? "unknown", "\(code)")
    }
  }

  @Test func `Results that are not reasons have names too`() {
    #expect(Self.text(ASVIN_DONE) == "done" && Self.text(ASVIN_MISUSE) == "misuse")
    #expect(Self.text(ASVIN_CONFIRMED) == "confirmed" && Self.text(ASVIN_TRIAL) == "trial")
    #expect(Self.text(ASVIN_REVERTED) == "reverted" && Self.text(ASVIN_SIGNED) == "signed")
    #expect((256...262).map(Self.text) == ["nothing", "again", "refused", "held", "gone", "later", "malformed"])
    for result in [0, -1, .min, .max, 263, ASVIN_DONE ^ 1] as [Int32] { #expect(Self.text(result) == "unknown") }
  }

  @Test func `Each constant of a reason has the number of that name`() throws {
    let header = try Shared.projectText("Sources/Device/CAsvinDevice/include/asvin_reason.h")
    var constants: [String: UInt8] = [:]
    for line in header.split(separator: "\n") where line.hasPrefix("#define ASVIN_REASON_") {
      let words = line.split(separator: " ")
      guard words.count == 3 else { continue }
      constants[String(words[1].dropFirst(13)).lowercased().replacing("_", with: "-")] = UInt8(words[2])
    }
    #expect(constants.count == Reason.allCases.count)
    for reason in Reason.allCases { #expect(constants["\(reason.name)"] == reason.rawValue, "\(reason)") }
  }

  @Test func `The bits of instruction sets are those of payloads`() {
    let bits: [InstructionSet: UInt64] = [
      .thumb: 1 << 1, .a32: 1 << 2, .aarch64: 1 << 3, .riscv: 1 << 4, .xtensa: 1 << 5, .avr: 1 << 6, .x86: 1 << 7,
    ]
    for (set, bit) in bits { #expect(PayloadFeature.instructionSet(set.rawValue) == bit) }
    #expect(PayloadFeature.twoSlots | PayloadFeature.inPlace == 0xFF)
  }

  @Test func `The library has the version of the programs, and of its header`() {
    let numbers = ProductVersion.text.split(separator: ".").compactMap { UInt32($0) }
    #expect(numbers == [UInt32(ASVIN_VERSION_MAJOR), UInt32(ASVIN_VERSION_MINOR), UInt32(ASVIN_VERSION_PATCH)])
    #expect(asvin_version() == numbers[0] << 16 | numbers[1] << 8 | numbers[2])
  }

  @Test func `A block of the usual stream is what the manifest states`() {
    #expect(UInt32(ASVIN_STREAM_BLOCK) == SealedBlock.usualBytes)
  }
}
