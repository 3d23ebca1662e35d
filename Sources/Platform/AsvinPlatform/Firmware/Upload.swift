package import AsvinManifest

/// A bundle on its way to a file group. Its bytes are in the object store's spool until it is whole.
package struct Upload: Equatable, Sendable {
  /// Its id.
  package var id: ID<Upload>
  /// Where it goes.
  package var fileGroup: ID<FileGroup>
  /// Bytes in all, as its sender says.
  package var size: UInt64
  /// SHA-256 of them, as its sender says.
  package var digest: Digest
  /// When it was begun.
  package var created: Instant

  /// Bytes of the largest bundle that is taken: 4 GiB and what is around an image.
  package static let largest: UInt64 = 1 << 32 + 1 << 26

  /// Uploads that a workspace may have open.
  package static let mostOpen = 64

  /// An upload of its parts.
  package init(id: ID<Upload>, fileGroup: ID<FileGroup>, size: UInt64, digest: Digest, created: Instant) {
    self.id = id
    self.fileGroup = fileGroup
    self.size = size
    self.digest = digest
    self.created = created
  }
}
