import AsvinHost
import AsvinCrypto
import AsvinVerifier
import AsvinManifest
import CAsvinArchive

/// Reads an archive that ``ArchiveWriter`` could have written, member by member, and refuses any other.
///
/// libarchive accepts flipped header and padding bytes and a truncated end. Therefore all content goes through an
/// ``ArchiveWriter`` into a digest, which must equal the digest of the raw bytes.
@safe
final class ArchiveReader {
  private let archive: OpaquePointer
  private let source: any ByteSource
  private let buffer: UnsafeMutablePointer<UInt8>
  private var offset: UInt64 = 0
  /// The offset of the header of the current member, or of the next one.
  private var memberStart: UInt64 = 0
  private var nextStart: UInt64 = 0
  private var raw = SHA256()
  private let rewritten = DigestSink()
  private let writer: ArchiveWriter
  private var failure: FileError?

  init(_ source: any ByteSource) throws(BundleError) {
    guard let archive = unsafe archive_read_new() else { throw .library("open an archive") }
    unsafe self.archive = archive
    self.source = source
    unsafe buffer = .allocate(capacity: pieceBytes)
    writer = try ArchiveWriter(to: rewritten)
    guard source.size > 0 else { throw .rejected(.archiveMalformed, at: "an empty file") }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let supported = unsafe archive_read_support_format_tar(archive)
    let opened = unsafe archive_read_open(
      archive, context, nil,
      { _, context, bytes in
        guard let context = unsafe context, let bytes = unsafe bytes else { return -1 }
        let reader = unsafe Unmanaged<ArchiveReader>.fromOpaque(context).takeUnretainedValue()
        let count = reader.fill()
        unsafe bytes.pointee = UnsafeRawPointer(reader.buffer)
        return count
      }, nil)
    guard supported == ARCHIVE_OK, opened == ARCHIVE_OK else { throw try fault("the archive's start", needing: 512) }
  }

  deinit {
    unsafe archive_read_free(archive)
    unsafe buffer.deallocate()
  }

  /// Begins the next member, which must be a plain file with this name and a size in a range. Its bytes follow.
  ///
  /// - Returns: its size.
  func begin(
    _ name: String, within sizes: ClosedRange<UInt64>, tooLong: Reason = .payloadTooLong
  ) throws(BundleError) -> UInt64 {
    memberStart = nextStart
    var entry: OpaquePointer?
    let status = unsafe archive_read_next_header(archive, &entry)
    if status == ARCHIVE_EOF {
      throw source.size - min(source.size, memberStart) < 1024
        ? .rejected(.archiveTruncated, at: name) : .rejected(.archiveMemberMissing, at: name)
    }
    guard status == ARCHIVE_OK, let entry = unsafe entry else { throw try fault(name, needing: 512) }
    guard unsafe archive_entry_filetype(entry) == plainFile,
      let found = unsafe archive_entry_pathname(entry),
      unsafe String(cString: found) == name, let size = unsafe UInt64(exactly: archive_entry_size(entry))
    else { throw .rejected(.archiveMemberUnexpected, at: name) }
    guard sizes.contains(size) else {
      throw .rejected(size < sizes.lowerBound ? .payloadTruncated : tooLong, at: name)
    }
    try writer.begin(name, size: size)
    // A header, and the content in complete records. The size is within the range that the caller permits.
    nextStart = memberStart + 512 + (size + 511) / 512 * 512
    return size
  }

  /// All bytes of the member that was begun, in pieces.
  func forEachPiece(of name: String, size: UInt64, _ body: (Span<UInt8>) throws -> Void) throws {
    var left = size
    var piece = [UInt8](repeating: 0, count: Int(min(UInt64(pieceBytes), max(size, 1))))
    while left > 0 {
      let wanted = Int(min(UInt64(pieceBytes), left))
      let got = unsafe archive_read_data(archive, &piece, wanted)
      guard got > 0 else { throw try fault(name, needing: 512 + size) }
      let bytes = piece.span.extracting(0..<got)
      try writer.write(bytes)
      try body(bytes)
      left -= UInt64(got)
    }
  }

  /// Checks that nothing follows the last member, and that the archive is byte for byte the one that ``ArchiveWriter`` writes.
  ///
  /// - Returns: SHA-256 of the archive.
  func finish() throws(BundleError) -> Digest {
    memberStart = nextStart
    var entry: OpaquePointer?
    let status = unsafe archive_read_next_header(archive, &entry)
    guard status == ARCHIVE_EOF else {
      if status == ARCHIVE_OK || status == ARCHIVE_WARN {
        throw .rejected(.archiveMemberUnexpected, at: "after the last member")
      }
      throw try fault("after the last member", needing: 512)
    }
    try writer.finish()
    while fill() > 0 {}
    if let failure { throw .file(failure) }
    if source.size < rewritten.count { throw .rejected(.archiveTruncated, at: "the archive's end") }
    var hash = SHA256()
    swap(&hash, &raw)
    let digest = hash.finish()
    guard digest == rewritten.digest() else {
      throw .rejected(.archiveNotCanonical, at: "names, sizes and contents aside")
    }
    return digest
  }

  /// Returns an error for a file that ends inside a member or a header, or that is malformed.
  private func fault(_ name: String, needing bytes: UInt64) throws(BundleError) -> BundleError {
    if let failure { return .file(failure) }
    let isShort = source.size < memberStart || source.size - memberStart < bytes
    return .rejected(isShort ? .archiveTruncated : .archiveMalformed, at: name)
  }

  private func fill() -> Int {
    do {
      let piece = try source.read(at: offset, count: pieceBytes)
      raw.update(piece)
      offset += UInt64(piece.count)
      unsafe piece.withUnsafeBufferPointer { bytes in
        if let start = bytes.baseAddress { unsafe buffer.update(from: start, count: bytes.count) }
      }
      return piece.count
    } catch {
      failure = error
      return -1
    }
  }
}

/// Counts and hashes what is written to it.
private final class DigestSink: ByteSink {
  private var hash = SHA256()
  private(set) var count: UInt64 = 0

  func write(_ bytes: Span<UInt8>) {
    hash.update(bytes)
    count += UInt64(bytes.count)
  }

  func digest() -> Digest {
    var hash = SHA256()
    swap(&hash, &self.hash)
    return hash.finish()
  }
}
