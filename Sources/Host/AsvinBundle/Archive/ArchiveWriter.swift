import AsvinHost
import AsvinManifest
import CAsvinArchive

/// Writes a POSIX ustar archive with fixed owner, mode and time. Only names, sizes and contents differ between archives.
@safe
final class ArchiveWriter {
  private let archive: OpaquePointer
  private let sink: any ByteSink
  private var failure: FileError?
  private var isOpen = true

  init(to sink: any ByteSink) throws(BundleError) {
    guard let archive = unsafe archive_write_new() else { throw .library("make an archive") }
    unsafe self.archive = archive
    self.sink = sink
    // There is no padding beyond the 512-byte records. 64 KiB is only the size of a write to the sink.
    let format = unsafe archive_write_set_format_ustar(archive)
    let block = unsafe archive_write_set_bytes_per_block(archive, Int32(pieceBytes))
    let end = unsafe archive_write_set_bytes_in_last_block(archive, 512)
    guard format == ARCHIVE_OK, block == ARCHIVE_OK, end == ARCHIVE_OK else { throw .library("make an archive") }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    let opened = unsafe archive_write_open(
      archive, context, nil,
      { _, context, bytes, count in
        guard let context = unsafe context, let bytes = unsafe bytes else { return -1 }
        let writer = unsafe Unmanaged<ArchiveWriter>.fromOpaque(context).takeUnretainedValue()
        return unsafe writer.take(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
      }, nil)
    guard opened == ARCHIVE_OK else { throw .library("open an archive") }
  }

  deinit {
    // An archive that was not finished must not write its end.
    if isOpen { unsafe archive_write_fail(archive) }
    unsafe archive_write_free(archive)
  }

  /// Begins a member; its bytes follow.
  func begin(_ name: String, size: UInt64) throws(BundleError) {
    guard size <= Limit.memberBytes.value else { throw .overLimit(.memberBytes, name: name) }
    guard let entry = unsafe archive_entry_new() else { throw .library("make an archive") }
    defer { unsafe archive_entry_free(entry) }
    unsafe archive_entry_set_pathname(entry, name)
    unsafe archive_entry_set_size(entry, Int64(size))
    unsafe archive_entry_set_filetype(entry, plainFile)
    unsafe archive_entry_set_perm(entry, 0o644)
    unsafe archive_entry_set_mtime(entry, 0, 0)
    try check(unsafe archive_write_header(archive, entry))
  }

  /// Bytes of the member that was begun.
  func write(_ bytes: Span<UInt8>) throws(BundleError) {
    let wrote = unsafe bytes.withUnsafeBufferPointer { unsafe archive_write_data(archive, $0.baseAddress, $0.count) }
    guard wrote == bytes.count else { throw failure.map { .file($0) } ?? .library("write an archive") }
  }

  /// Writes the two zero blocks of the end.
  func finish() throws(BundleError) {
    isOpen = false
    try check(unsafe archive_write_close(archive))
  }

  private func check(_ status: Int32) throws(BundleError) {
    if let failure { throw .file(failure) }
    guard status == ARCHIVE_OK else { throw .library("write an archive") }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do {
      let typed = unsafe bytes.bindMemory(to: UInt8.self)
      try unsafe sink.write(typed.span)
      return true
    } catch {
      failure = error
      return false
    }
  }
}

/// `AE_IFREG` of libarchive, a macro that Swift does not import: a plain file.
let plainFile: UInt32 = 0o100000
