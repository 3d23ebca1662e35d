/// What a person may say about a release; what is not said comes from the project, the image or the template.
package struct ReleaseOptions: Sendable {
  /// The image for slot 0.
  package var file: String
  /// The version.
  package var version: String?
  /// The sequence number.
  package var sequence: UInt64?
  /// The vendor's domain.
  package var vendor: String?
  /// The class's name.
  package var deviceClass: String?
  /// The product's name.
  package var name: String?
  /// Images for further slots.
  package var slots: [UInt64: String] = [:]
  /// Which addresses of a container become the image, by slot.
  package var ranges: [UInt64: String] = [:]
  /// Which chip or board of a container the image is for, by slot: a number, or a chip's name.
  package var families: [UInt64: String] = [:]
  /// The board template, by name or path.
  package var template: String?
  /// The file group that a release is compared with.
  package var group: String?
  /// Where that file group is.
  package var destination: String?
  /// Lint rules that may be broken.
  package var allowed: Set<LintRule> = []

  /// Options for an image, nothing else said.
  package init(file: String) { self.file = file }
}
