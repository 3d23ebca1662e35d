import AsvinHost

/// The metadata of an ESP-IDF application (esp_app_desc.h, `esp_app_desc_t`): the first bytes of its first
/// segment.
struct ApplicationDescriptor {
  static let magic: UInt32 = 0xABCD_5432

  let fields: Fields

  /// The descriptor, which follows the header of the image and the header of its first segment; `nil` if there is none.
  init?(_ source: some ByteSource, of image: EspressifImage) throws(ImageError) {
    let offset = image.base + image.header.size + 8
    guard let fields = try source.fields(at: offset, count: 0xB0), fields.word(0) == Self.magic else { return nil }
    self.fields = fields
  }

  /// Copies the descriptor's fields to a description.
  func describe(in description: inout ImageDescription) {
    description.secureVersion = fields.word(0x04)
    description.version = fields.text(0x10..<0x30)
    description.hasUnreadableVersion = description.version == nil && fields.byte(0x10) != 0 && fields.byte(0x10) != 0xFF
    description.projectName = fields.text(0x30..<0x50)
    description.frameworkVersion = fields.text(0x70..<0x90)
    FrameworkDefaults.remove(from: &description)
    if let time = fields.text(0x50..<0x60), let date = fields.text(0x60..<0x70) {
      description.buildTime = "\(date) \(time)"
    }
  }
}
