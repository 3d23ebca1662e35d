package import AsvinManifest

/// The upload of a bundle to a file group. The object store holds its bytes until it is complete.
package struct Upload: Equatable, Sendable {
  package var id: ID<Upload>
  /// The file group to publish to.
  package var fileGroup: ID<FileGroup>
  /// The size of the bundle as the client announced it.
  package var size: UInt64
  /// SHA-256 of the bundle as the client announced it.
  package var digest: Digest
  package var created: Instant

  package init(id: ID<Upload>, fileGroup: ID<FileGroup>, size: UInt64, digest: Digest, created: Instant) {
    self.id = id
    self.fileGroup = fileGroup
    self.size = size
    self.digest = digest
    self.created = created
  }
}
