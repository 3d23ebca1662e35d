/// Makes an image of the ESP32 family as esptool does.
struct ESP32Builder {
  var chipID: UInt16 = 5
  var entry: UInt32 = 0x4038_0000
  var hashAppended = true
  var version = "1.4.2-rc1"
  var projectName = "blink"
  var secureVersion: UInt32 = 3
  var hasDescriptor = true
  var segments: [(address: UInt32, data: [UInt8])] = [(0x4038_0000, noise(40)), (0x3FC8_0000, noise(24, seed: 2))]

  var descriptor: [UInt8] {
    word(0xABCD_5432) + word(secureVersion) + zeros(8) + field(version, 32) + field(projectName, 32)
      + field("16:38:52", 16) + field("Jun 12 2023", 16) + field("v5.1.2", 32) + noise(32, seed: 9) + zeros(80)
  }

  var bytes: [UInt8] {
    let all = (hasDescriptor ? [(address: UInt32(0x3C00_0020), data: descriptor)] : []) + segments
    var image: [UInt8] = [0xE9, UInt8(all.count), 2, 0x2F] + word(entry) + [0xEE, 0, 0, 0] + half(chipID)
    image += zeros(9) + [hashAppended ? 1 : 0]
    image += espressifSegments(all, after: image.count)
    return hashAppended ? image + sha256(image) : image
  }
}

/// Segments, padding and the checksum, after a header that ends at an offset.
func espressifSegments(_ segments: [(address: UInt32, data: [UInt8])], after start: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  var checksum: UInt8 = 0xEF
  for segment in segments {
    bytes += word(segment.address) + word(UInt32(segment.data.count)) + segment.data
    for byte in segment.data { checksum ^= byte }
  }
  while (start + bytes.count) % 16 != 15 { bytes.append(0) }
  return bytes + [checksum]
}

/// A complete flash: bootloader, partition table, application.
struct FlashDumpBuilder {
  var bootloaderOffset = 0x1000
  var bootloader = ESP32Builder(chipID: 0, entry: 0x4008_0000, hasDescriptor: false)
  var application = ESP32Builder(chipID: 0, entry: 0x4008_0000)
  var partitions: [(type: UInt8, subtype: UInt8, offset: UInt32)] = [(1, 2, 0x9000), (0, 0, 0x1_0000)]

  static func entry(_ type: UInt8, _ subtype: UInt8, _ offset: UInt32) -> [UInt8] {
    half(0x50AA) + [type, subtype] + word(offset) + word(0x1_0000) + field("name", 16) + word(0)
  }

  var bytes: [UInt8] {
    let table = partitions.flatMap { Self.entry($0.type, $0.subtype, $0.offset) }
    return [UInt8](repeating: 0xFF, count: 0x1_0000)
      .with(bootloader.bytes, at: bootloaderOffset)
      .with(table + half(0xEBEB) + noise(30), at: 0x8000)
      + application.bytes
  }
}
