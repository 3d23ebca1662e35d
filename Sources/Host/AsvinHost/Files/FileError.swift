import Glibc

/// An operation on a file that the system or a rule of this program refused.
package struct FileError: Error, Equatable, Sendable {
  package enum Operation: String, Sendable {
    /// Opening a file to read it.
    case open
    /// Reading.
    case read
    /// Making a file, or a folder.
    case create
    /// Writing, flushing, renaming.
    case write
  }

  /// A rule of this program.
  package enum Refusal: Equatable, Sendable {
    /// The output is one of the inputs, which has this name.
    case isInput(String)
    /// The output is a device, a socket or a pipe, which no file may replace.
    case isSpecial(String)
    /// The file changed after it was opened.
    case changed
    /// The file has more bytes than it may have.
    case isLonger(than: Int)
  }

  package let operation: Operation
  /// The file.
  package let path: String
  /// The system's error number.
  package let code: Int32
  /// The rule that refused, or `nil` if the system did.
  package let refusal: Refusal?

  package init(_ operation: Operation, _ path: String) {
    self.init(operation, path, code: errno)
  }

  package init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    refusal = nil
  }

  package init(_ operation: Operation, _ path: String, _ refusal: Refusal) {
    self.operation = operation
    self.path = path
    self.refusal = refusal
    code = EINVAL
  }

  /// An error of a file that does not exist.
  package static func missing(_ path: String) -> FileError { FileError(.open, path, code: ENOENT) }

  /// An error of a device that is mounted, or of a file that another program uses.
  package static func inUse(_ path: String) -> FileError { FileError(.write, path, code: EBUSY) }

  /// The system's description of the error, in lower case.
  package var reason: String {
    unsafe String(cString: strerror(code)).lowercased()
  }

  /// An error of a file that was replaced or written to after it was opened.
  package static func stale(_ path: String) -> FileError { FileError(.read, path, code: ESTALE) }

  /// An error of a file that ends before its last byte.
  package static func endsEarly(_ path: String) -> FileError { FileError(.read, path, code: EIO) }

  /// Whether the disk or the user's share of it is full.
  package var isFull: Bool { code == ENOSPC || code == EDQUOT }
  /// Whether the file would be longer than the system permits.
  package var isTooLong: Bool { code == EFBIG }
  /// Whether the file system is read-only.
  package var isReadOnly: Bool { code == EROFS }
  /// Whether the process or the system has no free descriptor.
  package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
  /// Whether the same operation can succeed later, because the system was short of memory or of descriptors.
  package var isPassing: Bool { isOutOfDescriptors || code == ENOMEM || code == EINTR || code == EAGAIN }
  /// Whether another program uses the file or the device exclusively, or the device is mounted.
  package var isInUse: Bool { code == EBUSY }
  /// Whether the file exists and must not be overwritten.
  package var isExisting: Bool { code == EEXIST }
  /// Whether the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// Whether a folder has the name.
  package var isFolder: Bool { code == EISDIR }
  /// Whether the permission is missing.
  package var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }
}

extension FileError: Explained {
  /// A file error names its own file.
  package func failure(on name: String) -> Failure {
    if let refusal { return Self.failure(refusal, path) }
    let what = "cannot \(operation.rawValue) '\(path)': \(reason)"
    switch operation {
    case .open where isMissing:
      return Failure(.inputMissing, "'\(path)' does not exist", hint: "check the path; '-' reads standard input")
    case .open, .read:
      return Failure(isPermission ? .notAllowed : .inputMissing, what)
    case .create, .write:
      if isExisting {
        return Failure(.cannotWrite, "'\(path)' exists", hint: "choose another output, or overwrite it with --force")
      }
      if isFolder {
        return Failure(.cannotWrite, "'\(path)' is a folder", hint: "name a file in it, as \(path)/FILE")
      }
      return Failure(
        .cannotWrite, what, hint: "check that the folder exists, that it is writable and that the disk is not full")
    }
  }

  private static func failure(_ refusal: Refusal, _ path: String) -> Failure {
    switch refusal {
    case .isInput(let input):
      let output = path == "-" ? "standard output" : "the output '\(path)'"
      let name = input == path || input == "-" ? "an input of the same call" : "the input '\(input)'"
      return Failure(
        .cannotWrite, "\(output) is \(name), and an input is never replaced", hint: "choose another output")
    case .isSpecial(let what):
      return Failure(
        .cannotWrite, "'\(path)' is \(what), and only a plain file is replaced", hint: "choose another output")
    case .changed:
      return Failure(
        .failed, "'\(path)' changed while it was read", hint: "run the command again when nothing writes to it")
    case .isLonger(let limit):
      return Failure(.rejected, "'\(path)' has more than \(limit) bytes", hint: "check that it is the right file")
    }
  }
}
