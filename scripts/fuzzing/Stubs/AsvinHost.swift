/// The failures of the host, which need its release errors, without their text.
public struct Failure: Error {
  /// The kinds that the fuzzed modules use.
  public enum Kind { case failed, rejected, usage, notAllowed }

  /// A failure without content.
  public init(_ kind: Kind, _ message: String, hint: String? = nil) {}
  /// A failure without content.
  public init(_ error: any Error, on name: String) {}
}

/// An error that describes itself.
public protocol Explained: Error {
  /// The failure to show.
  func failure(on name: String) -> Failure
}

/// The hexadecimal digits of bytes.
public func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  var text = ""
  for byte in bytes { text += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
  return text
}

/// No digits: the text is not compared.
public func hexadecimal(_ value: UInt32) -> String { "" }

/// The errors of files, of which bytes in memory have none.
public struct FileError: Error {}

/// Random access to bytes, as in the host.
public protocol ByteSource {
  /// The number of all bytes.
  var size: UInt64 { get }
  /// The bytes at an offset.
  func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8]
}

extension [UInt8]: ByteSource {
  /// The number of all bytes.
  public var size: UInt64 { UInt64(count) }

  /// The bytes at an offset; fewer than `count` only if the array ends there.
  public func read(at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let start = Int(offset)
    return [UInt8](self[start..<start + Swift.min(count, self.count - start)])
  }
}
