import Glibc

/// An operation on a file that the system refused.
public struct FileError: Error, Equatable, Sendable {
  /// What was tried.
  public enum Operation: String, Sendable {
    /// Opening a file to read it.
    case open
    /// Reading.
    case read
    /// Making a file, or a folder.
    case create
    /// Writing, flushing, renaming.
    case write
  }

  /// What was tried.
  public let operation: Operation
  /// The file.
  public let path: String
  /// The system's error number.
  public let code: Int32

  /// The system's last error.
  public init(_ operation: Operation, _ path: String) {
    self.init(operation, path, code: errno)
  }

  /// An error with a number.
  public init(_ operation: Operation, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// The system's words for the error, in lower case.
  public var reason: String {
    unsafe String(cString: strerror(code)).lowercased()
  }

  /// Whether the file exists and must not be overwritten.
  public var isExisting: Bool { code == EEXIST }
  /// Whether the file does not exist.
  public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// Whether permission is what fails.
  public var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }
}
