/// The failures of the host, which need its release errors, without their text.
public struct Failure: Error {
  /// The kinds that the fuzzed modules use.
  public enum Kind { case failed, rejected }

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
