import Glibc

/// An operation on a file that the system, or a rule of ours, refused.
package struct FileError: Error, Equatable, Sendable {
  /// What was tried.
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

  /// A rule of ours that the system does not know.
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

  /// What was tried.
  package let operation: Operation
  /// The file.
  package let path: String
  /// The system's error number.
  package let code: Int32
  /// The rule that refused, where it was not the system.
  package let refusal: Refusal?

  /// The system's last error.
  package init(_ operation: Operation, _ path: String) {
    self.init(operation, path, code: errno)
  }

  /// An error with a number.
  package init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    refusal = nil
  }

  /// A refusal by a rule of ours.
  package init(_ operation: Operation, _ path: String, _ refusal: Refusal) {
    self.operation = operation
    self.path = path
    self.refusal = refusal
    code = EINVAL
  }

  /// The system's words for the error, in lower case.
  package var reason: String {
    unsafe String(cString: strerror(code)).lowercased()
  }

  /// Whether the file exists and must not be overwritten.
  package var isExisting: Bool { code == EEXIST }
  /// Whether the file does not exist.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// Whether a folder has the name.
  package var isFolder: Bool { code == EISDIR }
  /// Whether permission is what fails.
  package var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }
}
