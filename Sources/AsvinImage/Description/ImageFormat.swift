/// What kind of firmware file it is.
public enum ImageFormat: String, Sendable, CaseIterable {
  /// Nothing that is recognised: bytes.
  case plain
  /// An ESP8266 image: ROM loader ("V1"), bootloader ("V2"), RTOS SDK ("V3"), or Arduino's eboot and application.
  case esp8266
  /// An image of the ESP32 family, or a flash dump that holds one.
  case esp32
  /// An image with an MCUboot header.
  case mcuboot
  /// Intel HEX, a container.
  case intelHex = "intel-hex"
  /// UF2, a container.
  case uf2
  /// A microcontroller's executable ELF, a container. An ELF for Linux is ``plain``.
  case elf

  /// Whether a flat image has to be taken out of it first: see ``FlatImage``.
  public var isContainer: Bool {
    switch self {
    case .intelHex, .uf2, .elf: true
    case .plain, .esp8266, .esp32, .mcuboot: false
    }
  }

  /// Recognises a file by its content.
  ///
  /// A damaged file keeps its format as long as what is left of it says which one it was: its checks fail then, or
  /// flattening throws. It is ``plain`` only where nothing points at a format.
  ///
  /// - Throws: `unreadable`.
  public init(recognising source: some ImageSource) throws(ImageError) {
    if let container = try Self.container(recognising: source) {
      self = container
    } else if try MCUbootHeader(source) != nil {
      self = .mcuboot
    } else if let layout = try EspressifLayout(recognising: source) {
      self = layout.format
    } else {
      self = .plain
    }
  }

  static func container(recognising source: some ImageSource) throws(ImageError) -> ImageFormat? {
    if try UF2Block.begins(source) { return .uf2 }
    if let header = try ELFHeader(source), try header.isFirmware(source) { return .elf }
    if try IntelHexRecord.begins(source) { return .intelHex }
    return nil
  }
}
