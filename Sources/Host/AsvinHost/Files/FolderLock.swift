import Glibc

/// A lock that one process holds at a time. The system releases it when the process ends for any reason. Its file names
/// the process, so that an error message of a second process can name it.
package final class FolderLock {
  private let descriptor: Int32

  /// Locks a file, which is created if it is missing; `nil` if another process holds the lock.
  ///
  /// - Throws: ``FileError``.
  package init?(_ path: String) throws(FileError) {
    let writable = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    // A file that exists can be locked on a read-only disk.
    descriptor = writable < 0 && errno == EROFS ? unsafe open(path, O_RDONLY | O_CLOEXEC) : writable
    guard descriptor >= 0 else { throw FileError(.create, path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let error = FileError(.write, path)
      close(descriptor)
      if isHeld { return nil }
      throw error
    }
    // The name is for messages only: on a full disk the lock is held without it.
    let name = Array("\(getpid()) \(LockHolder.program(of: getpid()) ?? "a program")\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, name, name.count, 0)
  }

  /// Releases the lock.
  package func release() {
    _ = ftruncate(descriptor, 0)
    flock(descriptor, LOCK_UN)
  }

  /// Unlocks before closing, because a child process that was forked a moment ago still has the descriptor, and the lock
  /// with it, until it runs its program.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }
}

/// The process that holds a ``FolderLock``.
package struct LockHolder: Equatable, Sendable {
  /// Its process id.
  package let process: Int32
  /// The name of its program.
  package let program: String

  /// The process that a lock's file names, or `nil` if none is named or it has ended.
  package init?(ofLock path: String) {
    guard let bytes = try? InputFile(path).read(at: 0, count: 256) else { return nil }  // its holder is unknown
    let parts = String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard parts.count >= 2, let process = Int32(parts[0]), process > 0 else { return nil }
    (self.process, program) = (process, parts[1...].joined(separator: " "))
    // The name of a process that was killed remains in the file, and another process may have its id now.
    guard Self.program(of: process).map({ $0 == program }) ?? (kill(process, 0) == 0) else { return nil }
  }

  /// The name of the program of a process.
  static func program(of process: Int32) -> String? {
    let descriptor = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").first.map(String.init)
  }
}

extension LockHolder: CustomStringConvertible {
  /// The program and the process id, for messages.
  package var description: String { "\(program), process \(process)" }
}
