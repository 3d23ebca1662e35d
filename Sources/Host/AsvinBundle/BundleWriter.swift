package import AsvinHost
import AsvinCrypto
import AsvinManifest

/// Writes a bundle.
package enum BundleWriter {
  /// Writes a bundle of a manifest's bytes, a signature file and the members' contents, in the fixed order.
  ///
  /// - Throws: ``BundleError``; `changedWhileRead` if a member's content no longer has its digest.
  package static func write(
    manifest: [UInt8], signatureFile: [UInt8], members: [BundleMember], to sink: any ByteSink,
    content: (BundleMember) throws -> any ByteSource
  ) throws {
    let archive = try ArchiveWriter(to: sink)
    try archive.begin(BundleMember.manifestName, size: UInt64(manifest.count))
    try archive.write(manifest.span)
    try archive.begin(BundleMember.signaturesName, size: UInt64(signatureFile.count))
    try archive.write(signatureFile.span)
    for member in members {
      let source = try content(member)
      guard source.size == member.size else { throw BundleError.changedWhileRead(name: member.name) }
      try archive.begin(member.name, size: member.size)
      var hash = SHA256()
      try source.forEachPiece { piece in
        hash.update(piece)
        try archive.write(piece.span)
      }
      guard hash.finish() == member.digest else { throw BundleError.changedWhileRead(name: member.name) }
    }
    try archive.finish()
  }
}
