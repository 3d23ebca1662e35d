import AsvinHost

/// The header in front of an Espressif image's segments.
struct EspressifHeader {
  /// The two kinds of headers that start with 0xE9.
  enum Kind {
    /// 8 bytes: the ESP8266's ROM loader ("V1"), and the second header of a "V2" image.
    case short
    /// 24 bytes: the ESP32 family (esp_app_format.h, `esp_image_header_t`), and the ESP8266's RTOS SDK ("V3").
    case long
  }

  static let magic: UInt8 = 0xE9

  let kind: Kind
  let segmentCount: UInt8
  /// The address of the entry point.
  let entry: UInt32
  /// `chip_id`; 0 in a short header.
  let chipID: UInt16
  /// Whether a SHA-256 follows the checksum; `nil` if the field is neither 0 nor 1.
  let hashAppended: Bool?

  /// The header at an offset; `nil` if there is none.
  init?(_ kind: Kind, _ source: some ByteSource, at base: UInt64) throws(ImageError) {
    guard let fields = try source.fields(at: base, count: kind == .short ? 8 : 24), fields.byte(0) == Self.magic
    else { return nil }
    self.kind = kind
    segmentCount = fields.byte(1)
    entry = fields.word(4)
    switch kind {
    case .short:
      chipID = 0
      hashAppended = false
    case .long:
      chipID = fields.half(12)
      hashAppended = fields.byte(23) > 1 ? nil : fields.byte(23) == 1
    }
  }

  /// Bytes of the header.
  var size: UInt64 { kind == .short ? 8 : 24 }

  /// Whether the entry point is in the ESP8266's instruction RAM. No chip of the ESP32 family has instruction RAM
  /// there.
  var isEnteredInESP8266Memory: Bool { EspressifHeader.isESP8266Memory(entry) }

  /// Whether an address is in the ESP8266's instruction RAM: 64 KiB, including the part that the flash cache may use.
  static func isESP8266Memory(_ address: UInt32) -> Bool { (0x4010_0000..<0x4011_0000).contains(address) }

  /// The chip; `nil` for an unknown `chip_id`.
  var chip: Chip? {
    if kind == .short || (chipID == 0 && isEnteredInESP8266Memory) { return .esp8266 }
    return Chip(espressif: chipID)
  }
}
