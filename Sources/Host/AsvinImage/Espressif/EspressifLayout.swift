import AsvinHost

/// The layout of an Espressif file.
enum EspressifLayout {
  /// One image that starts at the first byte.
  case image(EspressifImage)
  /// An ESP8266 "V2" image.
  case bootloaderImage(ESP8266BootloaderImage)
  /// Arduino's ESP8266 file.
  case arduino(ArduinoImage)
  /// A complete flash.
  case flash(FlashDump)

  /// The layout of a file; `nil` if it is not Espressif's.
  ///
  /// The larger structures are tried first, because each of them also begins with an image.
  init?(recognising source: some ByteSource) throws(ImageError) {
    if let dump = try FlashDump(source) {
      self = .flash(dump)
    } else if let image = try ArduinoImage(source) {
      self = .arduino(image)
    } else if let image = try ESP8266BootloaderImage(source) {
      self = .bootloaderImage(image)
    } else if let image = try EspressifImage(recognising: source) {
      self = .image(image)
    } else {
      return nil
    }
  }

  /// `esp32` or `esp8266`.
  var format: ImageFormat {
    switch self {
    case .image(let image): image.header.chip == .esp8266 ? .esp8266 : .esp32
    case .bootloaderImage, .arduino: .esp8266
    case .flash(let dump): dump.bootloader.header.chip == .esp8266 ? .esp8266 : .esp32
    }
  }

  /// The description of the file.
  func description(of source: some ByteSource) throws(ImageError) -> ImageDescription {
    var description = ImageDescription(format: format)
    description.chip = .esp8266
    switch self {
    case .image(let image):
      try describe(image, of: source, in: &description)
      description.role = try EspressifRole.role(of: image, in: source)
    case .flash(let dump):
      description.role = .flash
      description.chip = dump.bootloader.header.chip
      description.checks = try dump.bootloader.checks(of: source, prefix: "bootloader ")
      if let application = dump.application { try describe(application, of: source, in: &description) }
    case .bootloaderImage(let image):
      description.checks = try image.checks(of: source)
    case .arduino(let image):
      description.offset = ArduinoImage.applicationOffset
      description.checks = try image.checks(of: source)
      // If more than a signature and its padding follows, the file contains the file systems of a complete flash.
      if let end = image.application.walk?.end, source.size > end + 0x2000 {
        description.role = .flash
        description.offset = 0
      }
    }
    return description
  }

  private func describe(
    _ image: EspressifImage, of source: some ByteSource, in description: inout ImageDescription
  ) throws(ImageError) {
    description.offset = image.base
    description.chip = image.header.chip
    description.checks += try image.checks(of: source)
    try ApplicationDescriptor(source, of: image)?.describe(in: &description)
  }
}
