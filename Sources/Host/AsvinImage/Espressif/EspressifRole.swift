import AsvinHost

/// Distinguishes an application from a bootloader. An application runs code in place from flash. A bootloader is loaded
/// to RAM completely, because it must set up the flash cache first.
enum EspressifRole {
  /// The largest size of an ESP8266 bootloader in bytes: eboot and rBoot have 4 KiB, the RTOS SDK's bootloader 32 KiB.
  private static let bootloaderBytes: UInt64 = 0x8000

  /// The role of an image.
  static func role(of image: EspressifImage, in source: some ByteSource) throws(ImageError) -> ImageRole {
    guard let walk = image.walk, image.base == 0 else { return .application }
    if try ApplicationDescriptor(source, of: image) != nil { return .application }
    let addresses = walk.addresses
    switch image.header.chip {
    case .esp8266?:
      // An image of the older SDK has more bytes after its segments: the part that stays in flash.
      guard addresses.allSatisfy({ $0 < 0x4020_0000 }), source.size <= bootloaderBytes else { return .application }
      return try readsFlash(walk, in: source) ? .bootloader : .application
    case let chip?:
      guard let mapped = mapped(chip) else {
        return try hasBootloaderDescriptor(source, walk) ? .bootloader : .application
      }
      return addresses.contains { address in mapped.contains { $0.contains(address) } } ? .application : .bootloader
    case nil:
      return .application
    }
  }

  /// Whether a program for the ESP8266 calls the ROM's functions that read or map the flash, `SPIRead` and
  /// `Cache_Read_Enable` (eagle.rom.addr.v6.ld). A bootloader must call them; a small program in RAM does not need
  /// them.
  private static func readsFlash(_ walk: SegmentWalk, in source: some ByteSource) throws(ImageError) -> Bool {
    for segment in walk.segments {
      var pieces = PieceReader(segment, of: source)
      while let piece = try pieces.next() {
        let fields = Fields(piece)
        for offset in stride(from: 0, to: piece.count - 3, by: 4)
        where [0x4000_4B1C, 0x4000_4678].contains(fields.word(offset)) {
          return true
        }
      }
    }
    return false
  }

  /// The addresses at which the flash cache shows code and constants (esptool, targets/*.py, `IROM_MAP_START` and
  /// `DROM_MAP_START`); `nil` for chips whose addresses are not known here.
  private static func mapped(_ chip: Chip) -> [Range<UInt32>]? {
    switch chip {
    case .esp32: [0x400D_0000..<0x4040_0000, 0x3F40_0000..<0x3F80_0000]
    case .esp32s2: [0x4008_0000..<0x40B8_0000, 0x3F00_0000..<0x3F3F_0000]
    case .esp32s3: [0x4200_0000..<0x4400_0000, 0x3C00_0000..<0x3E00_0000]
    case .esp32c2, .esp32c3: [0x4200_0000..<0x4280_0000, 0x3C00_0000..<0x3C80_0000]
    case .esp32c6, .esp32h2, .esp32c5, .esp32c61: [0x4200_0000..<0x4400_0000]
    case .esp32p4: [0x4000_0000..<0x4C00_0000]
    default: nil
    }
  }

  /// Whether an image starts with the descriptor that bootloaders have since ESP-IDF 5.1 (esp_bootloader_desc.h): a
  /// magic byte, three reserved bytes, a version, and the framework's version as text.
  private static func hasBootloaderDescriptor(_ source: some ByteSource, _ walk: SegmentWalk) throws(ImageError)
    -> Bool
  {
    guard let start = walk.segments.first?.lowerBound, let fields = try source.fields(at: start, count: 80) else {
      return false
    }
    return fields.byte(0) == 0x50 && fields.word(0) & 0xFFFF_FF00 == 0 && fields.text(8..<40)?.hasPrefix("v") == true
  }
}
