/// What a person may say about a release; what is not said comes from the project, the image or the template.
public struct ReleaseOptions: Sendable {
  /// The image for slot 0.
  public var file: String
  /// The version.
  public var version: String?
  /// The sequence number.
  public var sequence: UInt64?
  /// The vendor's domain.
  public var vendor: String?
  /// The class's name.
  public var deviceClass: String?
  /// The product's name.
  public var name: String?
  /// Images for further slots.
  public var slots: [UInt64: String] = [:]
  /// Which addresses of a container become the image, by slot.
  public var ranges: [UInt64: String] = [:]
  /// Which chip or board of a container the image is for, by slot: a number, or a chip's name.
  public var families: [UInt64: String] = [:]
  /// The board template, by name or path.
  public var template: String?
  /// The file group that a release is compared with.
  public var group: String?
  /// Where that file group is.
  public var destination: String?
  /// Lint rules that may be broken.
  public var allowed: Set<LintRule> = []

  /// Options for an image, nothing else said.
  public init(file: String) { self.file = file }
}
