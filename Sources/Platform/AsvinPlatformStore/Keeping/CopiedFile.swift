import AsvinHost
import AsvinCrypto

/// Copies of files that are checked while they are copied.
enum CopiedFile {
  /// Copies a file. The copy is complete and durable, or does not exist.
  ///
  /// - Returns: the number of bytes.
  /// - Throws: ``OtherDigest`` if the bytes do not have the digest; `FileError`.
  @discardableResult
  static func copy(_ source: String, to target: String, digest: String, permissions: UInt32) throws -> UInt64 {
    let input = try WatchedFile(source)
    let output = try OutputFile(target, permissions: permissions, replacing: .existing, durability: .flushed)
    var hash = SHA256()
    try input.forEachPiece { piece in
      hash.update(piece)
      try output.write(piece)
    }
    guard hash.finish().hexadecimal == digest else { throw OtherDigest() }
    try output.commit()
    return input.size
  }
}

/// A file does not have its SHA-256.
struct OtherDigest: Error {}
