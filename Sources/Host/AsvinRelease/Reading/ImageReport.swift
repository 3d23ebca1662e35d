import AsvinHost
import AsvinBundle
import AsvinImage

/// A firmware image, for people and for JSON.
package struct ImageReport: Encodable, Sendable {
  /// A check of the image against itself.
  package struct Check: Encodable, Sendable {
    /// What was checked.
    package let name: String
    /// `right` or `wrong`.
    package let result: String
  }

  /// Data at addresses, from a first to a last one, both included.
  package struct Range: Encodable, Sendable {
    /// The first address.
    package let first: UInt64
    /// The last address.
    package let last: UInt64
    /// Bytes between them, both included.
    package let size: UInt64
    /// What the container calls the data.
    package let label: String?

    init(_ range: AddressRange) {
      (first, last, size, label) = (range.first, range.last, range.count, range.label)
    }
  }

  /// The data for one of several chips or boards.
  package struct Family: Encodable, Sendable {
    /// Its number, as `--family` accepts it.
    package let identifier: UInt32
    /// The chip.
    package let chip: String?
    /// Where its data is.
    package let ranges: [Range]
  }

  /// The format.
  package let format: String
  /// The container it was flattened out of.
  package let container: String?
  /// Bytes that go into the slot.
  package let size: UInt64
  /// What the image is for: `application`, `bootloader`, `flash` or `storage`.
  package let role: String
  /// The chip.
  package let chip: String?
  /// The version in the image.
  package let version: String?
  /// The project's name in the image.
  package let projectName: String?
  /// The number that the chip's own rollback protection compares.
  package let secureVersion: UInt32?
  /// The framework's version.
  package let frameworkVersion: String?
  /// When it was built.
  package let buildTime: String?
  /// The address it is for.
  package let loadAddress: UInt64?
  /// Bytes of the file before the application.
  package let offset: UInt64
  /// The addresses of the container's data in the image; at most 256.
  package let ranges: [Range]
  /// Bytes without data between those.
  package let gapBytes: UInt64
  /// The addresses of the container's data that is not in the image.
  package let leftOut: [Range]
  /// Chips or boards that the container has data for, where one must be chosen.
  package let families: [Family]
  /// The checks.
  package let checks: [Check]
  /// What else a person should know.
  package let notes: [String]

  init(_ image: FirmwareImage) {
    let description = image.description
    format = description.format.rawValue
    container = description.container?.rawValue
    size = image.source.count
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
    gapBytes = description.ranges.isEmpty ? 0 : image.source.count - min(image.source.count, data)
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

  /// A file, also a container with more than one image, of which none is chosen.
  init(of file: InputFile, name: String) throws {
    do {
      self.init(try FirmwareImage(file, name: name, slot: 0))
    } catch {
      // Another defect throws here again, with words.
      guard let container = try? FirmwareImage.container(of: file), container.isAmbiguous else { throw error }  // above
      self.init(container, size: file.count)
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
