import Glibc
import Synchronization

/// A file that is open for reading. It is opened once, so that the checked bytes are the used bytes even if the name
/// later leads to another file.
package final class InputFile: ByteSource, Sendable {
  private enum Content: Sendable {
    case descriptor(Int32)
    case memory([UInt8])
  }

  /// The name that the user gave; `-` is standard input.
  package let name: String
  /// Bytes in all, when it was opened.
  package let size: UInt64
  /// The identity of the file or of the pipe.
  package let identity: FileIdentity?
  /// Whether every user of the machine can read or write it.
  package let isOpenToAll: Bool
  private let content: Content
  private let opened: FileState?
  private let meter: ReadMeter?

  /// Bytes of a pipe that stay in memory: a key or a passphrase must never reach a disk.
  static let memoryBytes = 1 << 20

  /// Opens a file. A pipe or standard input is held in memory, or in a nameless temporary file if it is longer than
  /// 1 MiB.
  ///
  /// - Throws: ``FileError``.
  package convenience init(_ path: String) throws(FileError) { try self.init(path, meter: nil) }

  init(_ path: String, meter: ReadMeter?) throws(FileError) {
    self.meter = meter
    let opened = path == "-" ? dup(STDIN_FILENO) : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else { throw FileError(.open, path) }
    var status = stat()
    guard unsafe fstat(opened, &status) == 0 else {
      let error = FileError(.open, path)
      close(opened)
      throw error
    }
    name = path
    identity = FileIdentity(status)
    switch status.st_mode & S_IFMT {
    case S_IFREG where path != "-" && (status.st_size > 0 || Self.isEmpty(opened)):
      content = .descriptor(opened)
      self.opened = FileState(status)
      isOpenToAll = status.st_mode & (S_IROTH | S_IWOTH) != 0
      size = UInt64(status.st_size)
    case S_IFDIR:
      close(opened)
      throw FileError(.open, path, code: EISDIR)
    default:
      defer { close(opened) }
      (content, size) = try Self.drain(opened, name: path)
      self.opened = nil
      isOpenToAll = false
    }
  }

  deinit {
    if case .descriptor(let descriptor) = content { close(descriptor) }
  }

  /// The state of the file now.
  ///
  /// - Throws: ``FileError``.
  package func state() throws(FileError) -> FileState {
    guard case .descriptor(let descriptor) = content else { throw FileError(.read, name, code: ESPIPE) }
    return try FileState(descriptor, path: name)
  }

  /// Checks that the file has the content that it was opened with.
  ///
  /// - Throws: ``FileError`` with ``FileError/Refusal/changed`` for a file that something has written to since.
  package func requireUnchanged() throws(FileError) {
    guard let opened, case .descriptor(let descriptor) = content else { return }
    guard try FileState(descriptor, path: name).hasContent(of: opened) else { throw FileError(.read, name, .changed) }
  }

  /// The bytes at an offset; fewer than `count` only after the end that the file had when it was opened.
  ///
  /// - Throws: ``FileError``, also for a file that has become shorter.
  package func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    guard offset < size else { return [] }
    let wanted = Int(min(UInt64(max(count, 0)), size - offset))
    let descriptor: Int32
    switch content {
    case .memory(let bytes): return bytes.read(at: offset, count: wanted)
    case .descriptor(let open): descriptor = open
    }
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
        let got = unsafe pread(descriptor, start, wanted - filled, off_t(offset) + off_t(filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = FileError(.read, name) }
        if got == 0 { failure = FileError(.read, name, .changed) }
        if got <= 0 { return }
        filled += got
      }
    }
    if let failure { throw failure }
    meter?.bytes.add(wanted, ordering: .relaxed)
    return bytes
  }

  /// All bytes of a file that must be small.
  ///
  /// - Throws: ``FileError``, also if the file is longer than the limit.
  package func all(limit: Int) throws(FileError) -> [UInt8] {
    guard size <= UInt64(limit) else { throw FileError(.read, name, .isLonger(than: limit)) }
    return try read(at: 0, count: limit)
  }

  /// Whether a file of the size 0 has no content. The files of /proc and /sys have that size, and a content.
  private static func isEmpty(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 0
    return unsafe pread(descriptor, &byte, 1, 0) <= 0
  }

  private static func drain(_ descriptor: Int32, name: String) throws(FileError) -> (Content, UInt64) {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while bytes.count <= memoryBytes {
      let got = try next(descriptor, &piece, name: name)
      if got == 0 { return (.memory(bytes), UInt64(bytes.count)) }
      bytes += piece[..<got]
    }
    let spool = try openSpool()
    do throws(FileError) {
      try write(bytes.span, to: spool, path: name)
      var count = UInt64(bytes.count)
      while true {
        let got = try next(descriptor, &piece, name: name)
        if got == 0 { return (.descriptor(spool), count) }
        try write(piece.span.extracting(0..<got), to: spool, path: name)
        count += UInt64(got)
      }
    } catch {
      close(spool)
      throw error
    }
  }

  private static func next(_ descriptor: Int32, _ piece: inout [UInt8], name: String) throws(FileError) -> Int {
    while true {
      let got = unsafe Glibc.read(descriptor, &piece, pieceBytes)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError(.read, name) }
      return got
    }
  }
}

/// Writes all bytes to a descriptor.
func write(_ bytes: Span<UInt8>, to descriptor: Int32, path: String) throws(FileError) {
  var done = 0
  while done < bytes.count {
    let left = bytes.extracting(done..<bytes.count)
    let wrote = unsafe left.withUnsafeBufferPointer { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if wrote < 0 && errno == EINTR { continue }
    guard wrote > 0 else { throw FileError(.write, path) }
    done += wrote
  }
}
