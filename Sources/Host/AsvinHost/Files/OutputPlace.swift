import Glibc

/// The kind of file at the path of an output.
enum OutputPlace: Equatable {
  /// Nothing.
  case free
  /// A plain file, or a symbolic link to one or to nothing: a new file may take its name.
  case file
  /// A terminal, `/dev/null`, a named pipe: bytes are written to it, and it stays.
  case stream

  /// Looks at a path.
  ///
  /// - Throws: ``FileError`` for a place that can be neither replaced nor written to: a folder, a disk, a socket.
  init(_ path: String) throws(FileError) {
    var own = stat()
    guard unsafe lstat(path, &own) == 0 else {
      guard errno == ENOENT else { throw FileError(.create, path) }
      self = .free
      return
    }
    let isLink = own.st_mode & S_IFMT == S_IFLNK
    var target = own
    if isLink, unsafe stat(path, &target) != 0 {
      // A link to nothing is replaced like a file, except in the system's own folders.
      guard !Self.isSystems(path) else { throw FileError(.create, path, .isSpecial("a link of the system")) }
      self = .file
      return
    }
    switch target.st_mode & S_IFMT {
    case S_IFREG: self = isLink && Self.isSystems(path) ? .stream : .file
    case S_IFIFO, S_IFCHR: self = .stream
    case S_IFDIR: throw FileError(.create, path, code: EISDIR)
    case S_IFBLK: throw FileError(.create, path, .isSpecial("a block device"))
    case S_IFSOCK: throw FileError(.create, path, .isSpecial("a socket"))
    default: throw FileError(.create, path, .isSpecial("not a plain file"))
    }
  }

  /// Opens a stream to write to it. A named pipe waits for its reader here, as a shell's redirection does.
  static func open(stream path: String) throws(FileError) -> Int32 {
    let opened = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)
    guard opened >= 0 else { throw FileError(.create, path) }
    return opened
  }

  /// Whether a link is in a folder whose links the system makes: `/dev/stdout`, `/proc/self/fd/3`.
  private static func isSystems(_ path: String) -> Bool {
    guard let resolved = unsafe realpath(FileSystem.split(path).folder, nil) else { return false }
    defer { unsafe Glibc.free(resolved) }
    let folder = unsafe String(cString: resolved) + "/"
    return (folder.hasPrefix("/dev/") && !folder.hasPrefix("/dev/shm/")) || folder.hasPrefix("/proc/")
      || folder.hasPrefix("/sys/")
  }
}
