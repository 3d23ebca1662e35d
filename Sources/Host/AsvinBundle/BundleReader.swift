package import AsvinHost
import AsvinCrypto
package import AsvinManifest
import AsvinVerifier

/// Reads a bundle from its start. The manifest and the signatures come first, so that they can be verified before any
/// payload is read. Nothing is trusted, and nothing is extracted by name.
package final class BundleReader {
  /// The manifest's bytes, as signed.
  package let manifest: [UInt8]
  /// The envelope without its manifest.
  package let signatureFile: [UInt8]
  private let archive: ArchiveReader
  private let source: any ByteSource & Sendable

  /// Opens a bundle and reads its two first members.
  ///
  /// - Throws: ``BundleError``.
  package init(_ source: any ByteSource & Sendable) throws {
    self.source = source
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

  /// Whether a file begins like a bundle. A command distinguishes bundles from images by this.
  ///
  /// - Throws: ``FileError``.
  package static func isBundle(_ source: any ByteSource) throws(FileError) -> Bool {
    let start = try source.read(at: 0, count: 265)
    guard start.count == 265 else { return false }
    return start.starts(with: Array("\(BundleMember.manifestName)\0".utf8))
      && start[257...].starts(with: Array("ustar".utf8))
  }

  /// The envelope, joined from the manifest and the signatures.
  ///
  /// - Throws: ``BundleError/rejected(_:at:)`` if the signature file is not a map.
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
  /// - Returns: SHA-256 of the bundle.
  /// - Throws: ``BundleError``, and what the body throws. The body has then seen bytes that may not be trusted.
  @discardableResult
  package func readMembers(
    _ members: [BundleMember], _ body: (BundleMember, Span<UInt8>) throws -> Void = { _, _ in }
  ) throws -> Digest {
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
    return try archive.finish()
  }

  /// The bytes of a member with random access. The bundle must have been read to its end before, because the place of a
  /// member follows from the sizes of the members before it, which are verified only then.
  package func content(of member: BundleMember, among members: [BundleMember]) -> any ByteSource & Sendable {
    var offset = Self.stored(UInt64(manifest.count)) + Self.stored(UInt64(signatureFile.count))
    for earlier in members {
      if earlier == member { break }
      offset += Self.stored(earlier.size)
    }
    return Part(bundle: source, start: offset + 512, size: member.size)
  }

  /// The length of a member in a ustar archive: a header, and the content in complete records.
  private static func stored(_ size: UInt64) -> UInt64 { 512 + (size + 511) / 512 * 512 }

  private struct Part: ByteSource, Sendable {
    let bundle: any ByteSource & Sendable
    let start: UInt64
    let size: UInt64

    func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
      guard offset < size else { return [] }
      return try bundle.read(at: start + offset, count: Int(min(UInt64(count), size - offset)))
    }
  }
}
