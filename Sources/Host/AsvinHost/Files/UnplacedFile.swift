import CAsvinSystem
import Glibc

/// A file that is being written and does not have its name yet.
///
/// It has no name if the file system supports that, so that nothing remains if the process ends. Otherwise it has a hidden
/// name beside its place, which ``Interruption`` removes.
final class UnplacedFile {
  /// The features of a file system. FAT and exFAT have neither nameless files nor links. NFS has no exclusive rename.
  struct Features: OptionSet {
    let rawValue: Int
    static let nameless = Features(rawValue: 1)
    static let links = Features(rawValue: 2)
    static let exclusiveRename = Features(rawValue: 4)
    static let all: Features = [.nameless, .links, .exclusiveRename]
  }

  private let path: String
  private let permissions: mode_t
  private let features: Features
  private var descriptor: Int32 = -1
  private var temporary: String?
  private var note: Int?

  init(beside path: String, permissions: mode_t, features: Features = .all) throws(FileError) {
    self.path = path
    self.permissions = permissions
    self.features = features
    // A nameless file gets its name through /proc, where that is mounted.
    if features.contains(.nameless), unsafe access("/proc/self/fd", X_OK) == 0 {
      descriptor = unsafe open(FileSystem.split(path).folder, namelessFile | O_RDWR | O_CLOEXEC, permissions)
    }
    if descriptor < 0 { descriptor = try openNamed() }
  }

  deinit { abandon() }

  func write(_ bytes: Span<UInt8>) throws(FileError) {
    try AsvinHost.write(bytes, to: descriptor, path: path)
  }

  func flush(by flush: (Int32) -> Int32) throws(FileError) {
    guard flush(descriptor) == 0 else { throw FileError(.write, path) }
  }

  /// Gives the file its name. A file that has appeared under that name is kept unless `replacing` is set.
  func place(replacing: Bool) throws(FileError) {
    defer { abandon() }
    if temporary == nil {
      if link(nameless: path) { return }
      if !replacing, features.contains(.links), errno == EEXIST { throw FileError(.create, path) }
      try giveTemporaryName()
    }
    // A network file system may report only here that the bytes were not stored.
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, let temporary else { throw FileError(.write, path) }
    guard unsafe replacing ? rename(temporary, path) == 0 : try move(temporary) else { throw FileError(.write, path) }
    forget()
  }

  func abandon() {
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    if let temporary { unsafe unlink(temporary) }
    forget()
  }

  private func forget() {
    temporary = nil
    Interruption.forget(note)
    note = nil
  }

  /// Renames the file if the name is free, by the first method that the file system supports.
  private func move(_ temporary: String) throws(FileError) -> Bool {
    if features.contains(.exclusiveRename) {
      if unsafe asvin_rename_new(temporary, path) == 0 { return true }
      if errno == EEXIST { throw FileError(.create, path) }
    }
    if features.contains(.links) {
      if unsafe Glibc.link(temporary, path) == 0 {
        unsafe unlink(temporary)
        return true
      }
      if errno == EEXIST { throw FileError(.create, path) }
    }
    // An empty file that this process created exclusively may be replaced.
    let mark = Interruption.note(path)
    defer { Interruption.forget(mark) }
    let empty = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard empty >= 0 else { throw FileError(.create, path) }
    close(empty)
    if unsafe rename(temporary, path) == 0 { return true }
    let error = FileError(.write, path)
    unsafe unlink(path)
    throw error
  }

  /// Whether a nameless file got a name.
  private func link(nameless name: String) -> Bool {
    guard features.contains(.links) else { return false }
    return unsafe linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
  }

  /// Gives a nameless file a hidden name, from where it can be moved.
  private func giveTemporaryName() throws(FileError) {
    let name = Self.hidden(path)
    note = Interruption.note(name)
    if link(nameless: name) {
      temporary = name
      return
    }
    // The file system cannot link a nameless file, so that its bytes are copied to a file with a name.
    forget()
    let nameless = descriptor
    descriptor = try openNamed()
    defer { close(nameless) }
    var piece = [UInt8](repeating: 0, count: pieceBytes)
    var offset: off_t = 0
    while true {
      let got = unsafe pread(nameless, &piece, pieceBytes, offset)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError(.read, path) }
      if got == 0 { return }
      try write(piece.span.extracting(0..<got))
      offset += off_t(got)
    }
  }

  private func openNamed() throws(FileError) -> Int32 {
    let name = Self.hidden(path)
    note = Interruption.note(name)
    let opened = unsafe open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, permissions)
    guard opened >= 0 else {
      let error = FileError(.create, path)
      forget()
      throw error
    }
    temporary = name
    return opened
  }

  private static func hidden(_ path: String) -> String {
    let (folder, last) = FileSystem.split(path)
    // A name may have 255 bytes.
    let stem = String(decoding: last.utf8.prefix(200), as: UTF8.self)
    return "\(folder)/.\(stem).\(getpid())-\(UInt32.random(in: 0 ... .max))"
  }
}
