import AsvinBundle
import AsvinImage

/// A firmware image, for people and for JSON.
public struct ImageReport: Encodable, Sendable {
  /// A check of the image against itself.
  public struct Check: Encodable, Sendable {
    /// What was checked.
    public let name: String
    /// `right` or `wrong`.
    public let result: String
  }

  /// The format.
  public let format: String
  /// The container it was flattened out of.
  public let container: String?
  /// Bytes that go into the slot.
  public let size: UInt64
  /// The chip.
  public let chip: String?
  /// The version in the image.
  public let version: String?
  /// The project's name in the image.
  public let projectName: String?
  /// The number that the chip's own rollback protection compares.
  public let secureVersion: UInt32?
  /// The framework's version.
  public let frameworkVersion: String?
  /// When it was built.
  public let buildTime: String?
  /// The address it is for.
  public let loadAddress: UInt64?
  /// The checks.
  public let checks: [Check]
  /// What else a person should know.
  public let notes: [String]

  init(_ image: FirmwareImage) {
    let description = image.description
    format = description.format.rawValue
    container = description.container?.rawValue
    size = image.source.count
    chip = description.chip?.rawValue
    version = description.version
    projectName = description.projectName
    secureVersion = description.secureVersion
    frameworkVersion = description.frameworkVersion
    buildTime = description.buildTime
    loadAddress = description.loadAddress
    checks = description.checks.map { Check(name: $0.name, result: $0.passed ? "right" : "wrong") }
    notes = description.notes
  }
}
