package import AsvinHost

/// The metadata in a firmware file, and whether the file is intact.
package struct ImageDescription: Equatable, Sendable {
  /// The image's format.
  package var format: ImageFormat
  /// What the image is for.
  package var role: ImageRole
  /// The container that the image came out of.
  package var container: ImageFormat?
  /// The chip that the image, or else its container, names.
  package var chip: Chip?
  /// The version for people, printable ASCII, as in the image. Not always a manifest's name: ESP-IDF may write
  /// blanks into it.
  package var version: String?
  /// Whether the image has a version that is not printable ASCII.
  package var hasUnreadableVersion = false
  /// The project's name, printable ASCII.
  package var projectName: String?
  /// The version in the image that the framework set, not the project; it is not in ``version``.
  package var defaultVersion: String?
  /// The project's name that the framework set, not the project; it is not in ``projectName``.
  package var defaultName: String?
  /// The counter against roll-back: ESP-IDF's `secure_version`, MCUboot's protected security counter.
  package var secureVersion: UInt32?
  /// The version of the framework, e.g. of ESP-IDF.
  package var frameworkVersion: String?
  /// Date and time of compilation, as in the image.
  package var buildTime: String?
  /// The address of the image's first byte: of a flattened container, or of an MCUboot image that names one.
  package var loadAddress: UInt64?
  /// Bytes of the file before the application: 0 but for flash dumps and Arduino's ESP8266 files.
  package var offset: UInt64
  /// The addresses of the data in the container, ascending.
  package var ranges: [AddressRange] = []
  /// The addresses of the data in the container that is not in the image.
  package var leftOut: [AddressRange] = []
  /// The checks that the format allows, in the file's order; empty for ``ImageFormat/plain``.
  package var checks: [IntegrityCheck]
  /// What could not be checked, and why, for people.
  package var notes: [String]

  /// A description of an image of which nothing is known but its format.
  package init(format: ImageFormat) {
    self.format = format
    role = format.kind == .storage ? .storage : .application
    offset = 0
    checks = []
    notes = []
  }

  /// Whether no check failed; also where there was nothing to check.
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

  /// Describes the bytes of a slot, which are never flattened: a container in a slot is a mistake to show.
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
