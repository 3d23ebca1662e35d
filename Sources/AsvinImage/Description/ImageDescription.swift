/// What a firmware file says about itself, and whether it is whole.
public struct ImageDescription: Equatable, Sendable {
  /// The image's format; never a container's.
  public var format: ImageFormat
  /// The container that the image came out of.
  public var container: ImageFormat?
  /// The chip that the image, or else its container, names.
  public var chip: Chip?
  /// The version for people, printable ASCII, as the image says it. Not always a manifest's name: ESP-IDF may write
  /// blanks into it.
  public var version: String?
  /// The project's name, printable ASCII.
  public var projectName: String?
  /// The counter against roll-back: ESP-IDF's `secure_version`, MCUboot's protected security counter.
  public var secureVersion: UInt32?
  /// The version of the framework, e.g. of ESP-IDF.
  public var frameworkVersion: String?
  /// Date and time of compilation, as the image says them.
  public var buildTime: String?
  /// The address of the image's first byte: of a flattened container, or of an MCUboot image that names one.
  public var loadAddress: UInt64?
  /// Bytes of the file before the application: 0 but for flash dumps and Arduino's ESP8266 files.
  public var offset: UInt64
  /// The checks that the format allows, in the file's order; empty for ``ImageFormat/plain``.
  public var checks: [IntegrityCheck]
  /// What could not be checked, and why, for people.
  public var notes: [String]

  /// A description of an image of which nothing is known but its format.
  public init(format: ImageFormat) {
    self.format = format
    offset = 0
    checks = []
    notes = []
  }

  /// Whether no check failed; also where there was nothing to check.
  public var isWhole: Bool { checks.allSatisfy(\.passed) }

  /// Describes a file, reading it in pieces of 64 KiB.
  ///
  /// A container is flattened in memory first (see ``FlatImage``); everything else takes constant memory.
  ///
  /// - Throws: `unreadable`; for containers, what ``FlatImage/init(flattening:)`` throws.
  public init(describing source: some ImageSource) throws(ImageError) {
    if try ImageFormat.container(recognising: source) != nil {
      self = try FlatImage(flattening: source).description()
    } else {
      try self.init(describingFlat: source)
    }
  }

  init(describingFlat source: some ImageSource) throws(ImageError) {
    if let header = try MCUbootHeader(source) {
      self = try header.description(of: source)
    } else if let layout = try EspressifLayout(recognising: source) {
      self = try layout.description(of: source)
    } else {
      self.init(format: .plain)
    }
  }
}
