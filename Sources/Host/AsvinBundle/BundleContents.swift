package import AsvinHost

/// The members of a bundle that was read whole, at random: their places follow from the sizes before them.
package struct BundleContents: Sendable {
  private let bundle: any ByteSource & Sendable
  private let start: UInt64

  /// The members behind a manifest and a signature file.
  package init(of bundle: any ByteSource & Sendable, manifest: [UInt8], signatures: [UInt8]) {
    self.bundle = bundle
    start = Self.stored(UInt64(manifest.span.count)) + Self.stored(UInt64(signatures.span.count))
  }

  /// A member's bytes.
  package func source(of member: BundleMember, among members: [BundleMember]) -> any ByteSource & Sendable {
    var offset = start
    for earlier in members {
      if earlier == member { break }
      offset += Self.stored(earlier.size)
    }
    return Part(bundle: bundle, start: offset + 512, count: member.size)
  }

  /// Bytes that a member takes in a ustar archive: a header, and its content in whole records.
  private static func stored(_ size: UInt64) -> UInt64 { 512 + (size + 511) / 512 * 512 }

  private struct Part: ByteSource, Sendable {
    let bundle: any ByteSource & Sendable
    let start: UInt64
    let count: UInt64

    func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
      guard offset < self.count else { return [] }
      return try bundle.read(at: start + offset, count: Int(min(UInt64(count), self.count - offset)))
    }
  }
}
