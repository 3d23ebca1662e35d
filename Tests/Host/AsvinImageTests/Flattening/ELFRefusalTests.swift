import Testing

@testable import AsvinImage

@Suite struct ELFRefusalTests {
  let text = ELFBuilder.Segment(address: 0x0800_0000, data: noise(20))

  @Test func `A segment beyond the end of the file is refused`() {
    let bytes = ELFBuilder(segments: [text]).bytes
    #expect(throws: ImageError(.truncated, at: UInt64(bytes.count - 1))) { try flatten(Array(bytes.dropLast())) }
  }

  @Test func `A segment at an offset near the largest number is refused`() {
    let bytes = ELFBuilder(isWide: true, segments: [text]).bytes
    let error = ImageError(.truncated, at: UInt64(bytes.count))
    #expect(throws: error) { try flatten(bytes.with(long(.max - 4), at: 64 + 8)) }
    #expect(throws: error) { try flatten(bytes.with(long(.max), at: 64 + 32)) }
  }

  @Test func `A segment at the end of the address space is refused`() {
    let bytes = ELFBuilder(isWide: true, segments: [text]).bytes
    #expect(throws: ImageError(.addressOverflow, at: 120)) { try flatten(bytes.with(long(.max - 4), at: 64 + 24)) }
  }

  @Test func `Program headers beyond the end of the file are refused`() {
    let bytes = ELFBuilder(isWide: true, segments: [text]).bytes
    for offset in [UInt64(bytes.count), .max, .max - 55] {
      #expect(throws: ImageError(.malformedHeader, at: offset)) { try flatten(bytes.with(long(offset), at: 32)) }
    }
  }

  @Test func `Program headers that are too small are refused`() {
    let bytes = ELFBuilder(segments: [text]).bytes
    #expect(throws: ImageError(.malformedHeader, at: 52)) { try flatten(bytes.with(half(31), at: 42)) }
  }

  @Test func `More program headers than the limit are refused`() {
    let bytes = ELFBuilder(segments: [text]).bytes
    #expect(throws: ImageError(.overLimit(.programHeaders), at: 0)) { try flatten(bytes.with(half(257), at: 44)) }
  }

  @Test func `Overlapping segments are refused`() {
    let bytes = ELFBuilder(segments: [text, .init(address: 0x0800_0013, data: [1])]).bytes
    #expect(throws: ImageError(.overlap, at: UInt64(bytes.count - 1))) { try flatten(bytes) }
  }

  @Test func `An ELF without anything to load is refused`() {
    let bytes = ELFBuilder(segments: []).bytes
    #expect(throws: ImageError(.empty, at: 52)) { try flatten(bytes) }
  }

  @Test func `One piece of the file in many segments cannot outgrow the limit`() {
    let large = ELFBuilder.Segment(address: 0, data: zeros(1 << 20))
    let aliases = (1..<66).map { ELFBuilder.Segment(address: UInt64($0) << 20, data: []) }
    var bytes = ELFBuilder(segments: [large] + aliases).bytes
    let start = UInt32(52 + 66 * 32)
    for index in 1..<66 {
      bytes = bytes.with(word(start), at: 52 + index * 32 + 4).with(word(1 << 20), at: 52 + index * 32 + 16)
    }
    #expect(throws: ImageError(.overLimit(.flatBytes), at: UInt64(start))) { try flatten(bytes) }
  }
}
