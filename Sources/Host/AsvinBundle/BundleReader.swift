package import AsvinHost
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Reads a bundle from its start. The manifest and the signatures come first, so that they can be judged before any
/// payload is read; nothing is trusted, and nothing is extracted by name.
package final class BundleReader {
  /// The manifest's bytes, as signed.
  package let manifest: [UInt8]
  /// The envelope without its manifest.
  package let signatureFile: [UInt8]
  private let archive: ArchiveReader

  /// Opens a bundle and reads its two first members.
  ///
  /// - Throws: ``BundleError``.
  package init(_ source: any ByteSource) throws {
    archive = try ArchiveReader(source)
    manifest = try Self.read(BundleMember.manifestName, .manifestBytes, tooLong: .manifestTooLarge, from: archive)
    signatureFile = try Self.read(
      BundleMember.signaturesName, .envelopeBytes, tooLong: .envelopeTooLarge, from: archive)
  }

  private static func read(
    _ name: String, _ limit: Limit, tooLong: Reason, from archive: ArchiveReader
  ) throws -> [UInt8] {
    let size = try archive.begin(name, within: 0...limit.value, tooLong: tooLong)
    var bytes: [UInt8] = []
    try archive.forEachPiece(of: name, size: size) { bytes += Array(copying: $0) }
    return bytes
  }

  /// Whether a file begins like a bundle of ours, so that a verb can tell it from an image.
  ///
  /// - Throws: ``FileError``.
  package static func isBundle(_ source: any ByteSource) throws(FileError) -> Bool {
    let start = try source.read(at: 0, count: 265)
    guard start.span.count == 265 else { return false }
    return start.starts(with: Array("\(BundleMember.manifestName)\0".utf8))
      && start[257...].starts(with: Array("ustar".utf8))
  }

  /// The envelope that the manifest and the signatures make together.
  ///
  /// - Throws: ``BundleError/rejected(_:at:)`` where the signature file is no map.
  package func envelope() throws(BundleError) -> [UInt8] {
    do {
      return try Envelope.joining(manifest: manifest, signatureFile: signatureFile)
    } catch {
      throw .rejected(
        Rejection(error, malformed: .envelopeMalformed).reason,
        at: "\(BundleMember.signaturesName), byte \(error.offset)")
    }
  }

  /// Reads every member to the archive's end, each against its size and digest. Call it once.
  ///
  /// - Throws: ``BundleError``, and what the body throws. The body has then seen bytes that may not be trusted.
  package func readMembers(_ members: [BundleMember], _ body: (BundleMember, Span<UInt8>) throws -> Void) throws {
    for member in members {
      _ = try archive.begin(member.name, within: member.size...member.size)
      var hash = SHA256()
      try archive.forEachPiece(of: member.name, size: member.size) { piece in
        hash.update(piece)
        try body(member, piece)
      }
      guard hash.finish() == member.digest else {
        switch member.role {
        case .payload: throw BundleError.rejected(.payloadDigestMismatch, at: member.name)
        case .attachment: throw BundleError.rejected(.attachmentDigestMismatch, at: member.name)
        }
      }
    }
    try archive.finish()
  }
}
