import Glibc

/// A file that is open for reading. It is opened once: what is checked is what is used, whatever happens to the name.
public final class InputFile: ByteSource, Sendable {
  /// What the user calls it; `-` is standard input.
  public let name: String
  /// Bytes in all, when it was opened.
  public let count: UInt64
  private let descriptor: Int32

  /// Opens a file. What cannot be read at random, standard input among it, is copied to a nameless temporary file.
  ///
  /// - Throws: ``FileError``.
  public init(_ path: String) throws(FileError) {
    let opened = path == "-" ? dup(STDIN_FILENO) : unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { throw FileError(.open, path) }
    var status = stat()
    guard unsafe fstat(opened, &status) == 0 else {
      let error = FileError(.open, path)
      close(opened)
      throw error
    }
    name = path
    switch status.st_mode & S_IFMT {
    case S_IFREG where path != "-":
      descriptor = opened
    case S_IFDIR:
      close(opened)
      throw FileError(.open, path, code: EISDIR)
    default:
      defer { close(opened) }
      descriptor = try Self.spool(opened, name: path)
      guard unsafe fstat(descriptor, &status) == 0 else { throw FileError(.open, path) }
    }
    count = UInt64(status.st_size)
  }

  deinit { close(descriptor) }

  /// What tells the file from itself before a change.
  ///
  /// - Throws: ``FileError``.
  public func state() throws(FileError) -> FileState { try FileState(descriptor, path: name) }

  /// The bytes at an offset; fewer than `count` only where the file ends.
  ///
  /// - Throws: ``FileError``.
  public func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
    guard offset < self.count else { return [] }
    let wanted = Int(min(UInt64(count), self.count - offset))
    var failure: FileError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let start = unsafe buffer.baseAddress.map { unsafe $0 + filled }
        let got = unsafe pread(descriptor, start, wanted - filled, off_t(offset) + off_t(filled))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = FileError(.read, name) }
        if got <= 0 { return }
        filled += got
      }
    }
    if let failure { throw failure }
    return bytes
  }

  private static func spool(_ descriptor: Int32, name: String) throws(FileError) -> Int32 {
    let spool = try openSpool()
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    while true {
      let got = unsafe Glibc.read(descriptor, &piece, pieceBytes)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else {
        let error = FileError(.read, name)
        close(spool)
        throw error
      }
      if got == 0 { return spool }
      do throws(FileError) {
        try write(piece.span.extracting(0..<got), to: spool, path: name)
      } catch {
        close(spool)
        throw error
      }
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
