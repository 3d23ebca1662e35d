/// Random access to a file's bytes.
///
/// Called with reads of at most 64 KiB: an image may be 8 GiB, so memory must not grow with it.
package protocol ImageSource {
  /// Bytes of the complete file.
  var count: UInt64 { get }

  /// The bytes at an offset; fewer than `count` only where the source ends.
  ///
  /// - Throws: whatever reading can throw; it reaches the caller as the `cause` of an ``ImageError``.
  func read(at offset: UInt64, count: Int) throws -> [UInt8]
}

/// A file that is in memory already.
package struct ImageBytes: ImageSource, Sendable {
  let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Bytes of the complete file.
  package var count: UInt64 { UInt64(bytes.count) }

  /// The bytes at an offset; fewer than `count` only where the source ends. Never throws.
  package func read(at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < self.count, count > 0 else { return [] }
    let start = Int(offset)
    return Array(bytes[start..<start + min(count, bytes.count - start)])
  }
}

extension ImageSource {
  /// Exactly `count` bytes, or `nil` if the file ends before them.
  func bytes(at offset: UInt64, count: Int) throws(ImageError) -> [UInt8]? {
    guard offset <= self.count, self.count - offset >= UInt64(count) else { return nil }
    let bytes: [UInt8]
    do { bytes = try read(at: offset, count: count) } catch {
      throw ImageError(.unreadable, at: offset, cause: error)
    }
    // The source is shorter than its count: the file shrank while it was read.
    guard bytes.count == count else { throw ImageError(.unreadable, at: offset) }
    return bytes
  }

  /// A structure of exactly `count` bytes, or `nil` if the file ends inside it.
  func fields(at offset: UInt64, count: Int, isBigEndian: Bool = false) throws(ImageError) -> Fields? {
    guard let bytes = try bytes(at: offset, count: count) else { return nil }
    return Fields(bytes, isBigEndian: isBigEndian)
  }

  /// The bytes of a range, as many as the file has.
  func prefix(_ count: Int, at offset: UInt64 = 0) throws(ImageError) -> [UInt8] {
    guard offset < self.count else { return [] }
    return try bytes(at: offset, count: Int(min(UInt64(count), self.count - offset))) ?? []
  }

  /// The byte at an offset, or `nil` past the end.
  func byte(at offset: UInt64) throws(ImageError) -> UInt8? { try bytes(at: offset, count: 1)?.first }
}
