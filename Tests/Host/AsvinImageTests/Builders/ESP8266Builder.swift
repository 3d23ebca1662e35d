/// Makes the ESP8266's images as esptool and Arduino do.
enum ESP8266Builder {
  static let entry: UInt32 = 0x4010_0004
  static let memory: [(address: UInt32, data: [UInt8])] = [(0x4010_0000, noise(45)), (0x3FFE_8000, noise(20, seed: 2))]
  static let flash: (address: UInt32, data: [UInt8]) = (0x4020_1010, noise(64, seed: 3))

  /// For the ROM loader.
  static func first(_ segments: [(address: UInt32, data: [UInt8])] = memory) -> [UInt8] {
    let header: [UInt8] = [0xE9, UInt8(segments.count), 0, 0] + word(entry)
    return header + espressifSegments(segments, after: 8)
  }

  /// For the bootloader.
  static var second: [UInt8] {
    var image: [UInt8] = [0xEA, 4, 0, 0] + word(entry) + word(0) + word(UInt32(flash.data.count)) + flash.data
    image += first()
    return image + word(bootloaderCRC(image))
  }

  /// For the RTOS SDK.
  static var third: [UInt8] {
    let image = first([flash] + memory)
    return image + sha256(image)
  }

  /// Arduino's file: eboot and application.
  static var arduino: [UInt8] {
    let eboot = first()
    let padding = [UInt8](repeating: 0xAA, count: 0x1000 - eboot.count)
    let image = eboot + padding + first([(0x4020_1010, zeros(8) + flash.data)] + memory)
    return image.with(word(UInt32(image.count)) + word(ebootCRC(image)), at: 0x1010)
  }

  static func bootloaderCRC(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    let signed = Int32(bitPattern: ~crc)
    return signed < 0 ? ~UInt32(bitPattern: signed) : UInt32(signed) + 1
  }

  static func ebootCRC(_ bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte) << 24
      for _ in 0..<8 { crc = crc & 0x8000_0000 == 0 ? crc << 1 : crc << 1 ^ 0x04C1_1DB7 }
    }
    return crc
  }
}
