import AsvinHost
import AsvinCrypto
import AsvinManifest

/// A file that is open for reading and must not change. A read after a change throws an error.
final class WatchedFile: ByteSource, Sendable {
  let state: FileState
  private let file: InputFile

  init(_ path: String) throws(FileError) {
    file = try InputFile(path)
    state = try file.state()
  }

  /// Opens a file; `nil` if it is missing.
  static func ifPresent(_ path: String) throws -> WatchedFile? {
    do {
      return try WatchedFile(path)
    } catch  where error.isMissing {
      return nil
    }
  }

  var size: UInt64 { state.size }

  /// Computes the SHA-256 of the file.
  func digest() throws -> Digest {
    var hash = SHA256()
    try forEachPiece { hash.update($0) }
    return hash.finish()
  }

  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    let bytes = try file.read(at: offset, count: count)
    guard try file.state() == state else { throw FileError.stale(file.name) }
    return bytes
  }
}
