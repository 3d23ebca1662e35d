/// Makes lines of Intel HEX.
enum HexBuilder {
  static let end = ":00000001FF\n"

  static func record(_ type: UInt8, _ address: UInt16, _ data: [UInt8]) -> String {
    let body = [UInt8(data.count), UInt8(address >> 8), UInt8(truncatingIfNeeded: address), type] + data
    let sum = body.reduce(0, &+)
    let digits = (body + [0 &- sum]).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return ":" + digits.joined() + "\n"
  }

  static func linear(_ high: UInt16) -> String { record(4, 0, [UInt8(high >> 8), UInt8(truncatingIfNeeded: high)]) }

  static func segment(_ paragraph: UInt16) -> String {
    record(2, 0, [UInt8(paragraph >> 8), UInt8(truncatingIfNeeded: paragraph)])
  }
}

/// Makes a block of a UF2 file.
struct UF2Builder {
  var flags: UInt32 = 0x2000
  var address: UInt32 = 0x1000_0000
  var data = noise(256)
  var number: UInt32 = 0
  var total: UInt32 = 1
  var family: UInt32 = 0xE48B_FF56

  var bytes: [UInt8] {
    word(0x0A32_4655) + word(0x9E5D_5157) + word(flags) + word(address) + word(UInt32(data.count)) + word(number)
      + word(total) + word(family) + data + zeros(476 - data.count) + word(0x0AB1_6F30)
  }

  static func file(_ data: [UInt8], at address: UInt32, family: UInt32 = 0xE48B_FF56) -> [UInt8] {
    let total = (data.count + 255) / 256
    var bytes: [UInt8] = []
    for index in 0..<total {
      let start = index * 256
      var block = UF2Builder(number: UInt32(index), total: UInt32(total), family: family)
      block.address = address + UInt32(start)
      block.data = Array(data[start..<min(data.count, start + 256)])
      bytes += block.bytes
    }
    return bytes
  }
}

/// Makes an ELF with program headers, and sections where asked for.
struct ELFBuilder {
  struct Segment {
    var type: UInt32 = 1
    var address: UInt64
    var data: [UInt8]
    var hasSection = true
  }

  var isWide = false
  var type: UInt16 = 2
  var machine: UInt16 = 40
  var order: UInt8 = 1
  var system: UInt8 = 0
  var hasSections = false
  var segments: [Segment]

  private func number(_ value: UInt64) -> [UInt8] { isWide ? long(value) : word(UInt32(truncatingIfNeeded: value)) }

  private func ordered(_ bytes: [UInt8]) -> [UInt8] { order == 2 ? bytes.reversed() : bytes }
  private func half(_ value: UInt16) -> [UInt8] { ordered(littleHalf(value)) }
  private func word(_ value: UInt32) -> [UInt8] { ordered(littleWord(value)) }
  private func long(_ value: UInt64) -> [UInt8] { ordered(littleLong(value)) }

  var bytes: [UInt8] {
    let headerSize = isWide ? 64 : 52
    let (entrySize, sectionSize) = isWide ? (56, 64) : (32, 40)
    let dataStart = headerSize + segments.count * entrySize
    let sectionStart = dataStart + segments.reduce(0) { $0 + $1.data.count }
    let sectioned = segments.filter(\.hasSection)
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, isWide ? 2 : 1, order, 1, system] + zeros(8)
    bytes += half(type) + half(machine) + word(1) + number(0) + number(UInt64(headerSize))
    bytes += number(hasSections ? UInt64(sectionStart) : 0) + word(0) + half(UInt16(headerSize))
    bytes += half(UInt16(entrySize)) + half(UInt16(segments.count))
    bytes += half(UInt16(sectionSize)) + half(hasSections ? UInt16(sectioned.count) : 0) + half(0)
    var headers: [UInt8] = []
    var sections: [UInt8] = []
    var offset = dataStart
    for segment in segments {
      let (place, size) = (number(UInt64(offset)), number(UInt64(segment.data.count)))
      let address = number(segment.address)
      headers += word(segment.type) + (isWide ? word(5) : []) + place + number(0x2000_0000) + address + size + size
      headers += (isWide ? [] : word(5)) + number(4)
      if segment.hasSection {
        sections += word(1) + word(1) + number(2) + address + place + size + word(0) + word(0) + number(4) + number(0)
      }
      offset += segment.data.count
    }
    return bytes + headers + segments.flatMap(\.data) + (hasSections ? sections : [])
  }
}

private func littleHalf(_ value: UInt16) -> [UInt8] { half(value) }
private func littleWord(_ value: UInt32) -> [UInt8] { word(value) }
private func littleLong(_ value: UInt64) -> [UInt8] { long(value) }

/// Makes lines of Motorola S-records.
enum SRecordBuilder {
  /// A record whose address has a number of bytes.
  static func record(_ type: Int, _ width: Int, _ address: UInt32, _ data: [UInt8]) -> String {
    let place = (0..<width).reversed().map { UInt8(truncatingIfNeeded: address >> UInt32(8 * $0)) }
    let body = [UInt8(width + data.count + 1)] + place + data
    let digits = (body + [~body.reduce(0, &+)]).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "S\(type)" + digits.joined() + "\n"
  }
}

/// Makes files with a DFU suffix.
enum DFUBuilder {
  static func suffixed(_ bytes: [UInt8]) -> [UInt8] {
    let covered = bytes + word(0xDF11_0483) + half(0xFFFF) + half(0x011A) + Array("UFD".utf8) + [16]
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in covered {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return covered + word(crc)
  }

  /// ST's format: for each alternate setting, elements of an address and data.
  static func addressed(_ settings: [(UInt8, [(UInt32, [UInt8])])]) -> [UInt8] {
    var targets: [UInt8] = []
    for (setting, elements) in settings {
      let data = elements.flatMap { word($0.0) + word(UInt32($0.1.count)) + $0.1 }
      targets += Array("Target".utf8) + [setting] + word(1) + field("Internal Flash", 255)
      targets += word(UInt32(data.count)) + word(UInt32(elements.count)) + data
    }
    let prefix = Array("DfuSe".utf8) + [1] + word(UInt32(11 + targets.count)) + [UInt8(settings.count)]
    return suffixed(prefix + targets)
  }
}
