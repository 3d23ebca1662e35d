import AsvinCrypto
public import AsvinPlatform
public import AsvinWire
import FoundationEssentials

/// Images as files of a folder, named by their digests.
public struct FolderObjects: ObjectStore {
  private let folder: String

  /// The objects of a folder, which is made where it is not there.
  ///
  /// - Throws: an error of the file system.
  public init(folder: String) throws {
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  public func object(_ digest: Digest) async throws -> [UInt8]? {
    let path = path(of: digest)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    // Whoever can write to the folder may have: what is not what its name says is not served.
    guard SHA256.digest(of: bytes.span) == digest else { throw ObjectDamaged(digest) }
    return bytes
  }

  public func put(_ bytes: [UInt8]) async throws -> Digest {
    let digest = SHA256.digest(of: bytes.span)
    try Data(bytes).write(to: URL(filePath: path(of: digest)), options: .atomic)
    return digest
  }

  private func path(of digest: Digest) -> String {
    "\(folder)/" + (0..<32).map { index in
      let text = String(digest[index], radix: 16)
      return text.utf8.count == 1 ? "0\(text)" : text
    }.joined()
  }
}
