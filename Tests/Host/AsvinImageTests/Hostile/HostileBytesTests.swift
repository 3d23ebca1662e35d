import Testing

@testable import AsvinImage

/// Nothing here is about the result: a trap would end the test process.
@Suite struct HostileBytesTests {
  static let images: [[UInt8]] = [
    ESP32Builder().bytes, ESP8266Builder.first(), ESP8266Builder.second, ESP8266Builder.third,
    MCUbootBuilder(securityCounter: 1).bytes,
    Array((HexBuilder.linear(8) + HexBuilder.segment(9) + HexBuilder.record(0, 0, noise(16)) + HexBuilder.end).utf8),
    UF2Builder.file(noise(300), at: 0x1000_0000),
    UF2Builder().bytes + UF2Builder(family: 0xE48B_FF59).bytes,
    Array(
      (HexBuilder.record(0x0A, 0, [0x99, 3, 0xC0, 0xDE]) + HexBuilder.record(0x0D, 0, noise(9)) + HexBuilder.end).utf8),
    Array((SRecordBuilder.record(2, 3, 0x10, noise(9)) + SRecordBuilder.record(8, 3, 0, [])).utf8),
    Array("@F000\n31 40 00\n@FFFE\n00 F0\nq\n".utf8), DFUBuilder.suffixed(noise(40)),
    DFUBuilder.addressed([(0, [(0x0800_0000, noise(9)), (0x0800_0100, [1])])]),
    ELFBuilder(machine: 20, order: 2, hasSections: true, segments: [.init(address: 0, data: noise(9))]).bytes,
    ELFBuilder(hasSections: true, segments: [.init(address: 0, data: noise(9)), .init(address: 64, data: [1])]).bytes,
    ELFBuilder(isWide: true, machine: 243, hasSections: true, segments: [.init(address: 0, data: noise(9))]).bytes,
  ]

  func survive(_ bytes: [UInt8]) {
    _ = try? describe(bytes)  // only a trap fails here
    _ = try? format(bytes)  // only a trap fails here
    _ = try? flatten(bytes)  // only a trap fails here
  }

  @Test(arguments: images)
  func `An image cut at any byte is described or refused`(image: [UInt8]) {
    for count in image.indices { survive(Array(image.prefix(count))) }
  }

  @Test(arguments: images)
  func `An image with any byte changed is described or refused`(image: [UInt8]) {
    for offset in image.indices {
      for value in [0x00, 0x7F, 0x80, 0xFF, image[offset] ^ 1, image[offset] &+ 1] as [UInt8] {
        survive(image.with([value], at: offset))
      }
    }
  }

  @Test(arguments: images)
  func `An image with any four bytes set is described or refused`(image: [UInt8]) {
    for offset in 0..<image.count - 4 { survive(image.with([0xFF, 0xFF, 0xFF, 0xFF], at: offset)) }
  }

  @Test func `A large file's structures can be damaged anywhere`() {
    let dump = FlashDumpBuilder().bytes
    for offset in Array(0x1000..<0x1020) + Array(0x8000..<0x8060) + Array(0x1_0000..<0x1_0020) {
      survive(dump.with([0xFF], at: offset))
    }
    let arduino = ESP8266Builder.arduino
    for offset in Array(0..<16) + Array(0x1000..<0x1020) { survive(arduino.with([0xFF], at: offset)) }
  }

  @Test func `Noise after each magic number is described or refused`() {
    let magics: [[UInt8]] = [
      [0xE9], [0xEA, 4], word(0x96F3_B83D), Array(":".utf8), word(0x0A32_4655) + word(0x9E5D_5157),
      [0x7F, 0x45, 0x4C, 0x46, 1, 1], [0x7F, 0x45, 0x4C, 0x46, 2, 1],
    ]
    for magic in magics {
      for seed in UInt8.min...UInt8.max { survive(magic + noise(600, seed: seed)) }
    }
  }
}
