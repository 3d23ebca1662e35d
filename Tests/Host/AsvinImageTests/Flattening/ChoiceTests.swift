import Testing

@testable import AsvinImage

@Suite struct ChoiceTests {
  /// Code from 0x10 on, and a word in UICR.
  static let uicr =
    HexBuilder.record(0, 0x10, noise(32)) + HexBuilder.linear(0x1000) + HexBuilder.record(0, 0x1014, [0, 0x40, 7, 0])
    + HexBuilder.end

  func flat(_ text: String, _ change: (inout ImageChoice) -> Void = { _ in }) throws -> FlatImage {
    var choice = ImageChoice()
    change(&choice)
    return try FlatImage(flattening: Array(text.utf8), choice)
  }

  func ranges(_ fault: ImageFault?) -> [String] {
    switch fault {
    case .severalRanges(let ranges), .missingRange(let ranges): ranges.map(\.description)
    default: []
    }
  }

  @Test func `Data that is far apart is refused with all of its ranges`() {
    let error = #expect(throws: ImageError.self) { try flat(Self.uicr) }
    #expect(ranges(error?.fault) == ["0x10-0x2f (32 bytes)", "0x10001014-0x10001017 (4 bytes)"])
  }

  @Test(arguments: ["0x0-0xFFFF", "0x10-0x2f", "0X10-0x2F", "0-65535"])
  func `A range chooses the data in it`(range: String) throws {
    let image = try flat(Self.uicr) { $0.range = AddressRange(range) }
    #expect(image.bytes == noise(32))
    #expect(image.baseAddress == 0x10)
    #expect(image.leftOut.map(\.text) == ["0x10001014-0x10001017"])
  }

  @Test func `A range is cut to exactly its addresses`() throws {
    let image = try flat(Self.uicr) { $0.range = AddressRange(first: 0x14, last: 0x17) }
    #expect(image.bytes == Array(noise(32)[4..<8]))
    #expect(image.leftOut.map(\.text) == ["0x10-0x2f", "0x10001014-0x10001017"])
  }

  @Test func `A range without data is refused, and the error lists the ranges with data`() {
    let error = #expect(throws: ImageError.self) {
      try flat(Self.uicr) { $0.range = AddressRange(first: 0x8000, last: 0x9000) }
    }
    #expect(ranges(error?.fault).count == 2)
  }

  @Test func `A slot's addresses choose the data that starts there, never a part of it`() throws {
    let image = try flat(Self.uicr) { $0.window = AddressRange(first: 0, last: 0x1F) }
    #expect(image.bytes == noise(32))
    #expect(image.leftOut.count == 1)
    #expect(throws: ImageError.self) { try flat(Self.uicr) { $0.window = AddressRange(first: 0x8000, last: 0x9000) } }
  }

  @Test(arguments: ["", "1", "1-", "-1", "2-1", "0x-0x1", "0x1-0x2-0x3", "+1-2", "0x+1-0x2", "1-18446744073709551616"])
  func `Text that is not a range is refused`(text: String) {
    #expect(AddressRange(text) == nil)
  }

  @Test func `A range may reach the last address`() {
    #expect(AddressRange("0-18446744073709551615")?.count == .max)
    #expect(AddressRange("0xFFFFFFFFFFFFFFFF-0xFFFFFFFFFFFFFFFF")?.count == 1)
  }

  @Test func `The segments and sections of an ELF are named`() {
    let elf = ELFBuilder(segments: [
      .init(address: 0x0800_0000, data: noise(20)), .init(address: 0x2000_0000, data: [1, 2, 3, 4]),
    ])
    let error = #expect(throws: ImageError.self) { try flatten(elf.bytes) }
    #expect(
      ranges(error?.fault) == [
        "0x8000000-0x8000013 (20 bytes, segment 0)", "0x20000000-0x20000003 (4 bytes, segment 1)",
      ])
  }

  static let twoChips =
    UF2Builder.file(noise(600), at: 0x1000_0000) + UF2Builder.file(noise(300), at: 0x1000_0000, family: 0xE48B_FF59)

  @Test(arguments: ["0xE48BFF59", "0xe48bff59", "3834380121", "rp2350"])
  func `A family chooses the blocks of its chip`(family: String) throws {
    var choice = ImageChoice()
    choice.family = family
    let image = try FlatImage(flattening: Self.twoChips, choice)
    #expect(image.bytes == noise(300))
    #expect(image.chip == .rp2350)
  }

  @Test func `The board's chip chooses the family`() throws {
    var choice = ImageChoice()
    choice.chips = [.rp2040]
    #expect(try FlatImage(flattening: Self.twoChips, choice).bytes == noise(600))
  }

  @Test func `A family that the file does not have is refused`() {
    var choice = ImageChoice()
    choice.family = "rp2040"
    let bytes = UF2Builder(family: 0xADA5_2840).bytes
    let families = [ImageFamily(kind: .uf2, identifier: 0xADA5_2840)]
    #expect(throws: ImageError(.missingFamily(families), at: 512)) {
      try FlatImage(flattening: bytes, choice)
    }
  }

  @Test func `Blocks that are numbered through the file are read, too`() throws {
    let first = UF2Builder(number: 0, total: 2)
    let second = UF2Builder(data: noise(9), number: 1, total: 2, family: 0xE48B_FF59)
    var choice = ImageChoice()
    choice.chips = [.rp2350]
    #expect(try FlatImage(flattening: first.bytes + second.bytes, choice).bytes == noise(9))
  }

  @Test func `A missing block of one chip is refused`() {
    let bytes = Array(Self.twoChips.dropLast(512))
    #expect(throws: ImageError(.truncated, at: UInt64(bytes.count))) { try flatten(bytes) }
  }

  /// For both boards of the micro:bit, as MakeCode writes it.
  static let universal =
    HexBuilder.linear(0) + HexBuilder.record(0x0A, 0, [0x99, 0, 0xC0, 0xDE]) + HexBuilder.record(0, 0, [1, 2])
    + HexBuilder.record(0x0C, 0, [0x42]) + HexBuilder.record(0x0B, 0, []) + HexBuilder.linear(0)
    + HexBuilder.record(0x0A, 0, [0x99, 3, 0xC0, 0xDE]) + HexBuilder.record(0x0D, 0, [3, 4, 5])
    + HexBuilder.record(0x0E, 0, [9]) + HexBuilder.end

  @Test func `A universal hex has data for each board`() throws {
    let error = #expect(throws: ImageError.self) { try flat(Self.universal) }
    let families = [0x9900, 0x9903].map { ImageFamily(kind: .board, identifier: $0) }
    #expect(error?.fault == .severalFamilies(families))
    #expect(families.map(\.description) == ["0x9900 (micro:bit V1)", "0x9903 (micro:bit V2)"])
    #expect(try flat(Self.universal) { $0.family = "0x9900" }.bytes == [1, 2])
    #expect(try flat(Self.universal) { $0.chips = [.nrf52833] }.bytes == [3, 4, 5])
  }

  @Test func `More boards than the limit are refused`() {
    let blocks = (0..<65).map { HexBuilder.record(0x0A, 0, [0x99, UInt8($0), 0xC0, 0xDE]) }.joined()
    let error = #expect(throws: ImageError.self) { try flat(blocks + HexBuilder.end) }
    #expect(error?.fault == .overLimit(.families))
  }
}
