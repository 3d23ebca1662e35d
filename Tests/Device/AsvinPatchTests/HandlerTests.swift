import AsvinPatch
import AsvinFixtures
import Testing

@testable import AsvinPatchHost

/// Instructions as LLVM's assembler writes them, and of AVR, Xtensa and x86 as their manuals do.
@Suite("Handlers")
struct HandlerTests {
  /// An instruction among others, and where it points.
  struct Instruction: CustomTestStringConvertible, Sendable {
    let set: InstructionSet
    let testDescription: String
    /// Its bytes, little-endian, from the start of an image.
    let words: [UInt32]
    /// Its place among the words, in bytes.
    var offset: UInt32 = 0
    let target: UInt32
  }

  static let known = [
    Instruction(set: .thumb, testDescription: "BL forward", words: [0xF918_F001], target: 0x1234),
    Instruction(set: .thumb, testDescription: "B.W back", words: [0, 0xBFFE_F7FD], offset: 4, target: 4 &- 0x2000),
    Instruction(set: .thumb, testDescription: "LDR", words: [0x4A0D], target: 0x38),
    Instruction(set: .thumb, testDescription: "LDR.W back", words: [0x4024_F85F], target: 4 &- 0x24),
    Instruction(set: .thumb, testDescription: "B<c>", words: [0xD026], target: 0x50),
    Instruction(set: .a32, testDescription: "BL", words: [0xEB00_048B], target: 0x1234),
    Instruction(set: .a32, testDescription: "B<c> back", words: [0, 0x1AFF_F7FD], offset: 4, target: 0 &- 0x2000),
    Instruction(set: .a32, testDescription: "LDR back", words: [0, 0, 0, 0xE51F_4024], offset: 12, target: 0 &- 16),
    Instruction(set: .aarch64, testDescription: "BL", words: [0x9400_048D], target: 0x1234),
    Instruction(set: .aarch64, testDescription: "B.c", words: [0, 0, 0x5400_1FC1], offset: 8, target: 0x400),
    Instruction(set: .aarch64, testDescription: "TBZ", words: [0, 0, 0, 0, 0x3618_0385], offset: 16, target: 0x80),
    Instruction(set: .aarch64, testDescription: "ADR", words: [0x70FF_FF61], target: 0 &- 17),
    Instruction(
      set: .aarch64, testDescription: "ADRP with ADD", words: [0xD000_0080, 0x910D_1400], target: 0x12345),
    Instruction(
      set: .aarch64, testDescription: "LDR after ADRP", words: [0xD000_0080, 0x910D_1400, 0xF941_1C01], offset: 8,
      target: 0x12238),
    Instruction(set: .riscv, testDescription: "JAL", words: [0x2340_10EF], target: 0x1234),
    Instruction(set: .riscv, testDescription: "BEQ", words: [0, 0x3EB5_0E63], offset: 4, target: 0x400),
    Instruction(set: .riscv, testDescription: "C.J back", words: [0, 0, 0xBBE5], offset: 8, target: 0 &- 0x200),
    Instruction(set: .riscv, testDescription: "C.BEQZ", words: [0, 0, 0xC939_0001], offset: 10, target: 0x60),
    Instruction(
      set: .riscv, testDescription: "AUIPC with ADDI", words: [0x0001_2517, 0xFFC5_0513], target: 0x12000 - 4),
    Instruction(
      set: .riscv, testDescription: "LW after LUI", words: [0x2000_15B7, 0x1235_A603], offset: 4, target: 0x2000_1123),
    Instruction(
      set: .riscv, testDescription: "SW after LUI", words: [0x2000_15B7, 0xFED5_AC23], offset: 4, target: 0x2000_0FF8),
    Instruction(set: .xtensa, testDescription: "CALL0", words: [0x0000_0045], target: 8),
    Instruction(set: .xtensa, testDescription: "L32R", words: [0, 0, 0x00FF_FE21], offset: 8, target: 0),
    Instruction(set: .avr, testDescription: "RJMP to itself", words: [0, 0xCFFF], offset: 4, target: 4),
    Instruction(set: .avr, testDescription: "JMP", words: [0x1234_940C], target: 0x2468),
    Instruction(set: .x86, testDescription: "CALL", words: [0xE800_0000, 0x0000_0004], offset: 4, target: 12),
  ]

  static func image(_ words: [UInt32]) -> [UInt8] {
    words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
      + [UInt8](repeating: 0, count: 64)
  }

  static func reference(_ offset: UInt32, _ set: InstructionSet, _ image: KnownBytes) -> Reference? {
    Reference.at(offset, image.word(offset), in: set, count: image.count) { image.word($0) }
  }

  @Test(arguments: known)
  func `An instruction points to its assembler's target, and is encoded again unchanged`(_ instruction: Instruction)
    throws
  {
    let image = KnownBytes(bytes: Self.image(instruction.words))
    let found = try #require(Self.reference(instruction.offset, instruction.set, image))
    #expect(found.target == instruction.target)
    let word = image.word(instruction.offset)
    let mask = UInt32.max >> UInt32(32 - 8 * Int(found.length))
    let again = try #require(found.rewritten(word, at: instruction.offset, target: instruction.target))
    #expect(again & mask == word & mask)
  }

  @Test(arguments: InstructionSet.allCases.filter { $0 != .none && $0 != .x86 })
  func `Every reference that is read is written again unchanged`(set: InstructionSet) {
    var numbers = SeededGenerator(seed: 23)
    let bytes = KnownBytes(bytes: numbers.bytes(400_000))
    var found = 0
    for offset in stride(from: UInt32(64), to: bytes.count - 64, by: Int(set.alignment)) {
      guard let reference = Self.reference(offset, set, bytes) else { continue }
      found += 1
      let word = bytes.word(offset)
      let mask = UInt32.max >> UInt32(32 - 8 * Int(reference.length))
      let again = reference.rewritten(word, at: offset, target: reference.target)
      #expect(again.map { $0 & mask } == word & mask, "\(offset)")
    }
    #expect(found > 100)
  }

  @Test func `An instruction with a branch's bits that is not a branch is not a reference`() {
    for (set, word) in [
      (InstructionSet.thumb, 0x8F5F_F3BF), (.thumb, 0xDF00), (.thumb, 0xDE01), (.a32, 0xF57F_F05F),
      (.xtensa, 0x0012_0136), (.riscv, 0x0000_0073),
    ] as [(InstructionSet, UInt32)] {
      #expect(Self.reference(0, set, KnownBytes(bytes: Self.image([word]))) == nil, "\(set)")
    }
  }
}
