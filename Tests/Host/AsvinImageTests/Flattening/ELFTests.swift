import Testing

@testable import AsvinImage

@Suite struct ELFTests {
  let text = ELFBuilder.Segment(address: 0x0800_0000, data: noise(20))
  let variables = ELFBuilder.Segment(address: 0x0800_0018, data: noise(8, seed: 2))

  @Test(arguments: [false, true])
  func `Segments are put at their physical addresses`(isWide: Bool) throws {
    let image = try flatten(ELFBuilder(isWide: isWide, machine: isWide ? 243 : 40, segments: [variables, text]).bytes)
    #expect(image.bytes == text.data + [0xFF, 0xFF, 0xFF, 0xFF] + variables.data)
    #expect(image.baseAddress == 0x0800_0000)
    #expect(image.container == .elf)
  }

  // ARM, Xtensa, RISC-V, MIPS, PowerPC, SPARC, x86, x86-64, AArch64, and one that is not registered.
  @Test(arguments: [UInt16(40), 94, 243, 8, 20, 2, 3, 62, 183, 0xFEBA], [false, true])
  func `An executable of any machine, class and byte order is a container`(machine: UInt16, isWide: Bool) throws {
    for order in [1, 2] as [UInt8] {
      let bytes = ELFBuilder(isWide: isWide, machine: machine, order: order, segments: [text]).bytes
      #expect(try format(bytes) == .elf)
      #expect(try flatten(bytes).bytes == text.data)
      #expect(try flatten(bytes).baseAddress == 0x0800_0000)
    }
  }

  @Test(arguments: [(UInt16(1), ImageFormat.elfObject), (3, .elfLibrary), (4, .elfCore)], [UInt8(1), 2])
  func `An object, a library and a core dump are not containers`(kind: (UInt16, ImageFormat), order: UInt8) throws {
    let bytes = ELFBuilder(type: kind.0, order: order, segments: [text]).bytes
    #expect(try format(bytes) == kind.1)
    #expect(throws: ImageError(.notContainer, at: 0)) { try flatten(bytes) }
  }

  @Test(arguments: [UInt16(2), 3])
  func `A program with an interpreter is a Linux program`(type: UInt16) throws {
    let interpreter = ELFBuilder.Segment(type: 3, address: 0, data: Array("/lib/ld.so\0".utf8))
    #expect(try format(ELFBuilder(type: type, segments: [text, interpreter]).bytes) == .linuxProgram)
  }

  @Test func `A static program for Linux is recognised by its system, its relocations or its note`() throws {
    let relocations = ELFBuilder.Segment(type: 0x6474_E552, address: 0, data: noise(8))
    let note = ELFBuilder.Segment(type: 4, address: 0, data: word(4) + word(16) + word(1) + Array("GNU\0".utf8))
    #expect(try format(ELFBuilder(system: 3, segments: [text]).bytes) == .linuxProgram)
    #expect(try format(ELFBuilder(segments: [text, relocations]).bytes) == .linuxProgram)
    #expect(try format(ELFBuilder(segments: [text, note]).bytes) == .linuxProgram)
  }

  @Test func `An ELF that ends inside its header is refused, not plain`() throws {
    for count in [4, 16, 40, 51] {
      let bytes = Array(ELFBuilder(segments: [text]).bytes.prefix(count))
      #expect(try format(bytes) == .elf)
      #expect(throws: ImageError.self) { try describe(bytes) }
    }
  }

  @Test func `Segments without any physical address are put at their virtual ones`() throws {
    let first = ELFBuilder.Segment(address: 0, data: noise(20))
    let second = ELFBuilder.Segment(address: 0, data: noise(8))
    var bytes = ELFBuilder(segments: [first, second]).bytes
    bytes = bytes.with(word(0x0800_0000), at: 52 + 8).with(word(0x0800_0020), at: 52 + 32 + 8)
    let image = try flatten(bytes)
    #expect(image.baseAddress == 0x0800_0000)
    #expect(image.bytes == first.data + [UInt8](repeating: 0xFF, count: 12) + second.data)
  }

  @Test func `Segments without bytes, or not to be loaded, are skipped`() throws {
    let stack = ELFBuilder.Segment(address: 0x2000_0000, data: [])
    let notes = ELFBuilder.Segment(type: 4, address: 0, data: noise(8))
    #expect(try flatten(ELFBuilder(segments: [stack, notes, text]).bytes).bytes == text.data)
  }

  @Test func `A segment with only the ELF's own headers is skipped`() throws {
    let headers = ELFBuilder.Segment(address: 0x07FF_0000, data: noise(52), hasSection: false)
    let image = try flatten(ELFBuilder(hasSections: true, segments: [headers, text]).bytes)
    #expect(image.bytes == text.data)
    #expect(image.baseAddress == 0x0800_0000)
  }

  @Test func `A segment that starts before its first section is cut to that section`() throws {
    let builder = ELFBuilder(hasSections: true, segments: [text])
    let (offset, bytes) = (52 + 32, builder.bytes)
    let early = bytes.with(word(0) + word(0) + word(0x0800_0000 - UInt32(offset)) + word(UInt32(offset + 20)), at: 56)
    #expect(try flatten(early) == flatten(bytes))
  }

  @Test func `An AVR's data memory, EEPROM and fuses are not flash`() throws {
    let flash = ELFBuilder.Segment(address: 0, data: noise(20))
    let fuses = ELFBuilder.Segment(address: 0x82_0000, data: [1, 2, 3])
    #expect(try flatten(ELFBuilder(machine: 83, segments: [flash, fuses]).bytes).bytes == flash.data)
  }
}
