/// The version of the programs and of the device library, whose header states it too; a test compares them.
package enum ProductVersion {
  /// Three numbers, as in semantic versioning.
  package static let text = "0.1.0"
}
