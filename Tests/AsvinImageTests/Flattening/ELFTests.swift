import Testing

@testable import AsvinImage

@Suite struct ELFTests {
  let text = ELFBuilder.Segment(address: 0x0800_0000, data: noise(20))
  let variables = ELFBuilder.Segment(address: 0x0800_0018, data: noise(8, seed: 2))

  @Test(arguments: [false, true])
  func `segments are put at their physical addresses`(isWide: Bool) throws {
    let image = try flatten(ELFBuilder(isWide: isWide, machine: isWide ? 243 : 40, segments: [variables, text]).bytes)
    #expect(image.bytes == text.data + [0xFF, 0xFF, 0xFF, 0xFF] + variables.data)
    #expect(image.baseAddress == 0x0800_0000)
    #expect(image.container == .elf)
  }

  @Test(arguments: [UInt16(40), 94, 243, 83, 105, 93])
  func `a microcontroller's executable is a container`(machine: UInt16) throws {
    #expect(try format(ELFBuilder(machine: machine, segments: [text]).bytes) == .elf)
  }

  @Test(arguments: [UInt16(3), 62, 183, 8])
  func `an executable for a larger machine is plain`(machine: UInt16) throws {
    #expect(try format(ELFBuilder(machine: machine, segments: [text]).bytes) == .plain)
  }

  @Test(arguments: [UInt16(1), 3, 4])
  func `what is no executable with fixed addresses is plain`(type: UInt16) throws {
    #expect(try format(ELFBuilder(type: type, segments: [text]).bytes) == .plain)
  }

  @Test func `a program with an interpreter is plain`() throws {
    let interpreter = ELFBuilder.Segment(type: 3, address: 0, data: Array("/lib/ld.so\0".utf8))
    #expect(try format(ELFBuilder(segments: [text, interpreter]).bytes) == .plain)
  }

  @Test func `a program for Linux is plain`() throws {
    #expect(try format(ELFBuilder(system: 3, segments: [text]).bytes) == .plain)
  }

  @Test func `a big-endian executable is plain`() throws {
    #expect(try format(ELFBuilder(order: 2, segments: [text]).bytes) == .plain)
  }

  @Test func `a plain ELF is described whole and cannot be flattened`() throws {
    let bytes = ELFBuilder(type: 3, segments: [text]).bytes
    #expect(try describe(bytes) == ImageDescription(format: .plain))
    #expect(throws: ImageError(.notContainer, at: 0)) { try flatten(bytes) }
  }

  @Test func `segments without bytes or not to be loaded are passed over`() throws {
    let stack = ELFBuilder.Segment(address: 0x2000_0000, data: [])
    let notes = ELFBuilder.Segment(type: 4, address: 0, data: noise(8))
    #expect(try flatten(ELFBuilder(segments: [stack, notes, text]).bytes).bytes == text.data)
  }

  @Test func `a segment that only holds the ELF's own headers is passed over`() throws {
    let headers = ELFBuilder.Segment(address: 0x07FF_0000, data: noise(52), hasSection: false)
    let image = try flatten(ELFBuilder(hasSections: true, segments: [headers, text]).bytes)
    #expect(image.bytes == text.data)
    #expect(image.baseAddress == 0x0800_0000)
  }

  @Test func `a segment that starts before its first section is cut to it`() throws {
    let builder = ELFBuilder(hasSections: true, segments: [text])
    let (offset, bytes) = (52 + 32, builder.bytes)
    let early = bytes.with(word(0) + word(0) + word(0x0800_0000 - UInt32(offset)) + word(UInt32(offset + 20)), at: 56)
    #expect(try flatten(early) == flatten(bytes))
  }

  @Test func `an AVR's data memory, EEPROM and fuses are no flash`() throws {
    let flash = ELFBuilder.Segment(address: 0, data: noise(20))
    let fuses = ELFBuilder.Segment(address: 0x82_0000, data: [1, 2, 3])
    #expect(try flatten(ELFBuilder(machine: 83, segments: [flash, fuses]).bytes).bytes == flash.data)
  }
}
