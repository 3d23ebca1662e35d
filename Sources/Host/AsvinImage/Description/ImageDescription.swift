package import AsvinHost

/// The metadata in a firmware file, and whether the file is intact.
package struct ImageDescription: Equatable, Sendable {
  /// The image's format.
  package var format: ImageFormat
  /// What the image is for.
  package var role: ImageRole
  /// The container that the image came out of.
  package var container: ImageFormat?
  /// The chip that the image names; if it names none, the chip that its container names.
  package var chip: Chip?
  /// The version as in the image, for display: printable ASCII. A manifest may refuse it, because ESP-IDF may write
  /// blanks into it.
  package var version: String?
  /// Whether the image has a version that is not printable ASCII.
  package var hasUnreadableVersion = false
  /// The project's name, printable ASCII.
  package var projectName: String?
  /// The version in the image, if the framework set it and not the project. It is then not in ``version``.
  package var defaultVersion: String?
  /// The project's name in the image, if the framework set it and not the project. It is then not in ``projectName``.
  package var defaultName: String?
  /// The counter against roll-back: ESP-IDF's `secure_version`, MCUboot's protected security counter.
  package var secureVersion: UInt32?
  /// The version of the framework, e.g. of ESP-IDF.
  package var frameworkVersion: String?
  /// Date and time of compilation, as in the image.
  package var buildTime: String?
  /// The address of the image's first byte, if a container or an MCUboot header states one.
  package var loadAddress: UInt64?
  /// Bytes of the file before the application: 0 except in flash dumps and in Arduino's ESP8266 files.
  package var offset: UInt64
  /// The addresses of the data in the container, ascending.
  package var ranges: [AddressRange] = []
  /// The addresses of the data in the container that is not in the image.
  package var leftOut: [AddressRange] = []
  /// The checks that the format allows, in the order of the file; empty for ``ImageFormat/plain``.
  package var checks: [IntegrityCheck]
  /// Notes for the user about checks that are not possible, with the reason.
  package var notes: [String]

  /// A description of an image of which only the format is known.
  package init(format: ImageFormat) {
    self.format = format
    role = format.kind == .storage ? .storage : .application
    offset = 0
    checks = []
    notes = []
  }

  /// Whether no check failed. Also true if there was nothing to check.
  package var isWhole: Bool { checks.allSatisfy(\.passed) }

  /// Describes a file, reading it in pieces of 64 KiB.
  ///
  /// A container is flattened in memory first (see ``FlatImage``); everything else takes constant memory.
  ///
  /// - Throws: `unreadable`; for containers, what ``FlatImage/init(flattening:_:)`` throws.
  package init(describing source: some ByteSource) throws(ImageError) {
    if try ImageFormat(recognising: source).isContainer {
      self = try FlatImage(flattening: source).description()
    } else {
      try self.init(describingFlat: source)
    }
  }

  /// Describes the bytes of a slot. They are never flattened, because a container in a slot is a mistake that the user
  /// must see.
  ///
  /// - Throws: `unreadable`.
  package init(describingStored source: some ByteSource) throws(ImageError) {
    let format = try ImageFormat(recognising: source)
    if format.isContainer { self.init(format: format) } else { try self.init(describingFlat: source) }
  }

  init(describingFlat source: some ByteSource) throws(ImageError) {
    switch try ImageFormat.flat(recognising: source) {
    case .mcuboot:
      if let header = try MCUbootHeader(source) {
        self = try header.description(of: source)
        return
      }
    case .esp32, .esp8266:
      if let layout = try EspressifLayout(recognising: source) {
        self = try layout.description(of: source)
        return
      }
    case .plain:
      self.init(format: .plain)
      if let offset = try EmbeddedImage.offset(in: source) {
        role = .flash
        self.offset = offset
      }
      return
    case let format:
      self.init(format: format)
      checks = try StatedSize.checks(of: format, in: source)
      return
    }
    self.init(format: .plain)
  }
}
