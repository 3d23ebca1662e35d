import Glibc

/// The identity of a file, independent of its name: the same for hard links, for a symbolic link and its target, and for
/// two names of a block device.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let file: UInt64
  /// Whether it is a terminal or another character device.
  let isCharacterDevice: Bool

  /// The file at a path; `nil` if there is none.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    self.init(status)
  }

  init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  init(_ status: stat) {
    // The number of the device, and not of the node, which can exist twice.
    let isDisk = status.st_mode & S_IFMT == S_IFBLK
    (device, file) = isDisk ? (.max, UInt64(status.st_rdev)) : (UInt64(status.st_dev), UInt64(status.st_ino))
    isCharacterDevice = status.st_mode & S_IFMT == S_IFCHR
  }

  /// Whether a path names the block device that is mounted as the root file system.
  package static func isRoot(_ path: String) -> Bool {
    var (device, root) = (stat(), stat())
    guard unsafe stat(path, &device) == 0, unsafe stat("/", &root) == 0 else { return false }
    return device.st_mode & S_IFMT == S_IFBLK && device.st_rdev == root.st_dev
  }

  /// Whether a path names standard output: `-`, or a file such as `/dev/stdout` that it is open on.
  package static func isStandardOutput(_ path: String) -> Bool {
    if path == "-" { return true }
    guard let output = FileIdentity(descriptor: STDOUT_FILENO), !output.isCharacterDevice else {
      return path == "/dev/stdout" || path == "/dev/fd/1" || path == "/proc/self/fd/1"
    }
    return FileIdentity(path) == output
  }
}
