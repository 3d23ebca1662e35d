import Glibc

/// A lock that one process holds at a time, and that goes with the process however it ends.
public final class FolderLock {
  private let descriptor: Int32

  /// Takes the lock of a file, which is made where it is missing; `nil` where another process holds it.
  ///
  /// - Throws: ``FileError``.
  public init?(_ path: String) throws(FileError) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(.create, path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let error = FileError(.write, path)
      close(descriptor)
      if isHeld { return nil }
      throw error
    }
  }

  /// Lets the lock go.
  public func release() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}

/// Makes a folder and those above it, where they are missing.
///
/// - Throws: ``FileError``.
public func makeFolder(_ path: String) throws(FileError) {
  if path.isEmpty { return }
  if unsafe mkdir(path, 0o755) == 0 { return }
  if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
    try makeFolder(String(path[..<slash]))
    if unsafe mkdir(path, 0o755) == 0 { return }
  }
  guard errno == EEXIST else { throw FileError(.create, path) }
}
