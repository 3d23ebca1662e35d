import AsvinHost
import AsvinBundle
import AsvinImage

/// The description of a firmware image, for text and JSON.
package struct ImageReport: Encodable, Sendable {
  /// A check of the image against itself.
  package struct Check: Encodable, Sendable {
    /// The name of the check.
    package let name: String
    /// `right` or `wrong`.
    package let result: String
  }

  /// An address range of data. Both ends are included.
  package struct Range: Encodable, Sendable {
    /// The first address.
    package let first: UInt64
    /// The last address.
    package let last: UInt64
    /// Size in bytes.
    package let size: UInt64
    /// The name of the data in the container.
    package let label: String?

    init(_ range: AddressRange) {
      (first, last, size, label) = (range.first, range.last, range.count, range.label)
    }
  }

  /// The data for one of several chips or boards.
  package struct Family: Encodable, Sendable {
    /// Its number, as `--family` accepts it.
    package let identifier: UInt32
    package let chip: String?
    /// The addresses of its data.
    package let ranges: [Range]
  }

  package let format: String
  /// The container that it was flattened from.
  package let container: String?
  /// Bytes that go into the slot.
  package let size: UInt64
  /// `application`, `bootloader`, `flash` or `storage`.
  package let role: String
  package let chip: String?
  /// The version in the image.
  package let version: String?
  /// The project's name in the image.
  package let projectName: String?
  /// The number that the rollback protection of the chip compares.
  package let secureVersion: UInt32?
  package let frameworkVersion: String?
  /// When it was built.
  package let buildTime: String?
  /// The address that the image is linked for.
  package let loadAddress: UInt64?
  /// Bytes of the file before the application.
  package let offset: UInt64
  /// The addresses of the container's data in the image; at most 256.
  package let ranges: [Range]
  /// Bytes without data between those.
  package let gapBytes: UInt64
  /// The addresses of the container's data that is not in the image.
  package let leftOut: [Range]
  /// The chips or boards in the container, if one must be chosen.
  package let families: [Family]
  package let checks: [Check]
  /// Further remarks.
  package let notes: [String]

  init(_ image: FirmwareImage) {
    let description = image.description
    format = description.format.rawValue
    container = description.container?.rawValue
    size = image.source.size
    role = description.role.rawValue
    chip = description.chip?.rawValue
    version = description.version
    projectName = description.projectName
    secureVersion = description.secureVersion
    frameworkVersion = description.frameworkVersion
    buildTime = description.buildTime
    loadAddress = description.loadAddress
    offset = description.offset
    ranges = description.ranges.prefix(Self.shownRanges).map { Range($0) }
    let data = description.ranges.reduce(0) { $0 + $1.count }
    gapBytes = description.ranges.isEmpty ? 0 : image.source.size - min(image.source.size, data)
    leftOut = description.leftOut.prefix(Self.shownRanges).map { Range($0) }
    families = []
    checks = description.checks.map { Check(name: $0.name, result: $0.passed ? "right" : "wrong") }
    var notes = description.notes
    if let version = description.defaultVersion {
      notes.append("the version '\(version)' in the image is the framework's, not the product's, and is not used")
    }
    if let name = description.defaultName {
      notes.append("the name '\(name)' in the image is the framework's, not the product's, and is not used")
    }
    self.notes = notes
  }

  private static let shownRanges = 256

  /// Describes a file. A container with more than one image is described without choosing one.
  init(of file: InputFile, name: String) throws {
    do {
      self.init(try FirmwareImage(file, name: name, slot: 0))
    } catch {
      // For another defect, this throws the explained error.
      guard let container = try? FirmwareImage.container(of: file), container.isAmbiguous else { throw error }  // above
      self.init(container, size: file.size)
    }
  }

  private init(_ container: Container, size: UInt64) {
    format = container.format.rawValue
    self.container = nil
    self.size = size
    role = ImageRole.application.rawValue
    (chip, version, projectName, secureVersion, frameworkVersion, buildTime) = (nil, nil, nil, nil, nil, nil)
    (loadAddress, offset, gapBytes, leftOut, checks) = (nil, 0, 0, [], [])
    let families = container.families
    ranges = families.isEmpty ? container.ranges(of: nil).prefix(Self.shownRanges).map { Range($0) } : []
    self.families = families.map { family in
      Family(
        identifier: family.identifier, chip: family.chip?.rawValue,
        ranges: container.ranges(of: family).prefix(Self.shownRanges).map { Range($0) })
    }
    notes = ["the file holds more than one image: choose with --family or --range when it is signed"]
  }
}
