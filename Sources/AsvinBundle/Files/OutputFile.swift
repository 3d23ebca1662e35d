import AsvinWire
public import Glibc

/// Where bytes go, in order.
public protocol ByteSink {
  /// Takes bytes.
  ///
  /// - Throws: ``FileError`` where the system cannot write.
  func write(_ bytes: Span<UInt8>) throws(FileError)
}

extension ByteSink {
  /// Takes bytes.
  ///
  /// - Throws: ``FileError`` where the system cannot write.
  public func write(_ bytes: [UInt8]) throws(FileError) { try write(bytes.span) }
}

/// A file that comes into being whole or not at all: written under a temporary name, then renamed.
///
/// `-` is standard output, which gets its bytes only when the file is whole. A file that is never committed leaves
/// nothing behind.
public final class OutputFile: ByteSink {
  /// Whether a file of the same name may be replaced.
  public enum Replacing: Sendable {
    /// An existing file is an error.
    case never
    /// An existing file is replaced in one step.
    case existing
  }

  /// What a power cut right after the commit may take.
  public enum Durability: Sendable {
    /// The file, which can be made again: bundles and extracted images, whose digests tell a torn one from a whole one.
    case remade
    /// Nothing: the file and its name are flushed to the disk before the commit ends. For keys and what is published.
    case flushed
  }

  private let path: String
  private let temporary: String
  private let replacing: Replacing
  private let durability: Durability
  private var descriptor: Int32

  /// A new file beside its final place, with permissions before the system's mask.
  ///
  /// - Throws: ``FileError``; at once where the final name is taken and must not be replaced.
  public init(
    _ path: String, permissions: mode_t = 0o644, replacing: Replacing = .never, durability: Durability
  ) throws(FileError) {
    self.path = path
    self.replacing = replacing
    self.durability = durability
    if path == "-" {
      temporary = ""
      descriptor = try openSpool()
      return
    }
    var status = stat()
    if unsafe lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR { throw FileError(.create, path, code: EISDIR) }
      if replacing == .never { throw FileError(.create, path, code: EEXIST) }
    }
    let (folder, last) = split(path)
    temporary = "\(folder)/.\(last).\(getpid())-\(UInt32.random(in: 0 ... .max))"
    descriptor = unsafe open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard descriptor >= 0 else { throw FileError(.create, path) }
  }

  deinit {
    if descriptor >= 0 { abandon() }
  }

  /// Takes bytes.
  ///
  /// - Throws: ``FileError``.
  public func write(_ bytes: Span<UInt8>) throws(FileError) {
    try AsvinBundle.write(bytes, to: descriptor, path: path)
  }

  /// Makes the file appear under its name, whole.
  ///
  /// - Throws: ``FileError``; then there is no new file.
  public func commit() throws(FileError) {
    if temporary.isEmpty { return try copyToStandardOutput() }
    let isFlushed = durability == .remade || fsync(descriptor) == 0
    guard isFlushed, close(descriptor) == 0 else {
      let error = FileError(.write, path)
      abandon()
      throw error
    }
    descriptor = -1
    // A link, unlike a rename, fails where the name is taken: nothing is replaced that came up meanwhile.
    let placed = unsafe replacing == .never ? link(temporary, path) : rename(temporary, path)
    let error = FileError(.write, path)
    unsafe unlink(temporary)
    guard placed == 0 else { throw error }
    if durability == .flushed { try flushFolder(split(path).folder) }
  }

  /// Takes a committed file back, where another that belongs to it cannot be made.
  ///
  /// - Throws: ``FileError``.
  public func withdraw() throws(FileError) {
    guard unsafe unlink(path) == 0 else { throw FileError(.write, path) }
  }

  private func abandon() {
    close(descriptor)
    descriptor = -1
    if !temporary.isEmpty { unsafe unlink(temporary) }
  }

  private func copyToStandardOutput() throws(FileError) {
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    var offset: off_t = 0
    while true {
      let got = unsafe pread(descriptor, &piece, pieceBytes, offset)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError(.read, path) }
      if got == 0 { return abandon() }
      try AsvinBundle.write(piece.span.extracting(0..<got), to: STDOUT_FILENO, path: path)
      offset += off_t(got)
    }
  }
}

/// Flushes a folder, so that a rename in it survives a power cut.
func flushFolder(_ folder: String) throws(FileError) {
  let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError(.write, folder) }
  defer { close(descriptor) }
  guard fsync(descriptor) == 0 else { throw FileError(.write, folder) }
}

/// A path's folder and last part.
func split(_ path: String) -> (folder: String, last: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}
