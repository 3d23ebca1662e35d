import Glibc

/// Operations on names of files.
package enum FileSystem {
  /// Creates a folder and the missing folders above it.
  ///
  /// - Throws: ``FileError``.
  package static func makeFolder(_ path: String) throws(FileError) {
    if path.isEmpty { return }
    if unsafe mkdir(path, 0o755) == 0 { return }
    if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try makeFolder(String(path[..<slash]))
      if unsafe mkdir(path, 0o755) == 0 { return }
    }
    guard errno == EEXIST else { throw FileError(.create, path) }
  }

  /// Whether a path names a file or a folder.
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// Renames a file or a folder durably. An existing file is replaced, a folder with files is not.
  ///
  /// - Throws: ``FileError``.
  package static func rename(_ path: String, to name: String) throws(FileError) {
    guard unsafe Glibc.rename(path, name) == 0 else { throw FileError(.write, name) }
    try flushFolder(split(name).folder)
  }

  /// Removes a file. A file that does not exist is not an error.
  ///
  /// - Throws: ``FileError``.
  package static func remove(_ path: String) throws(FileError) {
    guard unsafe unlink(path) == 0 || errno == ENOENT else { throw FileError(.write, path) }
  }

  /// Removes a file. The file does no harm if it cannot be removed.
  package static func discard(_ path: String) { _ = unsafe unlink(path) }

  /// Renames a file. The file may be lost if it cannot be renamed.
  package static func setAside(_ path: String, as name: String) { _ = unsafe Glibc.rename(path, name) }

  /// Whether the process may write to a file or a folder.
  ///
  /// - Throws: ``FileError`` if it may not.
  package static func requireWritable(_ path: String) throws(FileError) {
    guard unsafe access(path, W_OK) == 0 else { throw FileError(.write, path) }
  }

  /// The absolute path of a file, without symbolic links; the path itself if there is no such file.
  package static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// Seconds since 1970 at which the content of a file was last changed; `nil` if the file does not exist.
  package static func lastChange(of path: String) -> Int64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? Int64(status.st_mtim.tv_sec) : nil
  }

  /// The folder and the last component of a path.
  package static func split(_ path: String) -> (folder: String, last: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  /// Flushes a folder, so that a rename in it survives a loss of power.
  package static func flushFolder(_ folder: String, _ flush: (Int32) -> Int32 = { fsync($0) }) throws(FileError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(.write, folder) }
    defer { close(descriptor) }
    guard flush(descriptor) == 0 else { throw FileError(.write, folder) }
  }
}

/// The space on the file system that holds a folder.
package struct FileSystemSpace: Sendable {
  package let free: UInt64
  package let total: UInt64
  package let isReadOnly: Bool

  /// - Throws: ``FileError``.
  package init(of folder: String) throws(FileError) {
    var status = statvfs()
    guard unsafe statvfs(folder, &status) == 0 else { throw FileError(.read, folder) }
    free = UInt64(status.f_bavail) * UInt64(status.f_frsize)
    total = UInt64(status.f_blocks) * UInt64(status.f_frsize)
    isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
  }
}
