import AsvinHost
import Testing

@testable import AsvinImage

@Suite struct ESP32DamageTests {
  let good = ESP32Builder().bytes

  func failures(_ bytes: [UInt8]) throws -> [String] {
    let description = try describe(bytes)
    #expect(description.format == .esp32)
    return description.checks.filter { !$0.passed }.map(\.name)
  }

  @Test func `A wrong checksum byte fails the checksum and the digest`() throws {
    #expect(try failures(good.flipped(at: good.count - 33)) == ["checksum", "appended SHA-256"])
  }

  @Test func `A wrong digest fails the digest alone`() throws {
    #expect(try failures(good.flipped(at: good.count - 1)) == ["appended SHA-256"])
  }

  @Test func `A changed code byte fails both`() throws {
    #expect(try failures(good.flipped(at: 0x130)) == ["checksum", "appended SHA-256"])
  }

  @Test func `A changed header byte fails the digest, which alone covers it`() throws {
    #expect(try failures(good.flipped(at: 2)) == ["appended SHA-256"])
  }

  @Test func `An image cut inside its digest fails the digest`() throws {
    let description = try describe(Array(good.dropLast()))
    let digest = AsvinHost.hexadecimal(good.suffix(32))
    #expect(
      description.checks.last == IntegrityCheck(name: "appended SHA-256", passed: false, expected: nil, found: digest))
  }

  @Test func `An image cut before its checksum fails checksum and digest`() throws {
    #expect(try failures(Array(good.dropLast(33))) == ["checksum", "appended SHA-256"])
  }

  @Test func `An image cut inside a segment fails its segments`() throws {
    #expect(try failures(Array(good.prefix(0x120))) == ["segments"])
  }

  @Test func `A segment longer than the file fails the segments`() throws {
    #expect(try failures(good.with(word(0xFFFF_FFFC), at: 0x1C)) == ["segments"])
  }

  @Test func `A segment length that is not a multiple of 4 fails the segments`() throws {
    #expect(try failures(good.with(word(0x101), at: 0x1C)) == ["segments"])
  }

  @Test(arguments: [UInt8(0), 17, 255])
  func `A wrong number of segments fails the segments`(count: UInt8) throws {
    #expect(try failures(good.with([count], at: 1)) == ["segments"])
  }

  @Test func `A digest flag that is neither 0 nor 1 fails the digest`() throws {
    #expect(try failures(good.with([2], at: 0x17)) == ["appended SHA-256"])
  }

  @Test func `A failed check has the stated value and the computed value`() throws {
    let check = try #require(try describe(good.flipped(at: good.count - 33)).checks.first)
    #expect(check.expected == AsvinHost.hexadecimal([good[good.count - 33] ^ 0x5A]))
    #expect(check.found == AsvinHost.hexadecimal([good[good.count - 33]]))
  }
}
