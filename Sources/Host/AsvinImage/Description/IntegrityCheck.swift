/// A check that a format's own bootloader or tools make of an image, and its result.
package struct IntegrityCheck: Equatable, Sendable {
  /// What was checked, e.g. `checksum`, `appended SHA-256`, `CRC-32`, `MCUboot SHA-256 TLV`; `segments` and `TLV area`
  /// appear only if the structure does not fit the file.
  package var name: String
  /// Whether the image passes this check.
  package var passed: Bool
  /// The value that the file states, in hex; `nil` if the file ends before it or states none.
  package var expected: String?
  /// The value computed from the file's bytes, in hex; `nil` if it cannot be computed.
  package var found: String?

  package init(name: String, passed: Bool, expected: String?, found: String?) {
    self.name = name
    self.passed = passed
    self.expected = expected
    self.found = found
  }

  init(_ name: String, expected: String?, found: String) {
    self.init(name: name, passed: expected == found, expected: expected, found: found)
  }

  /// The failed check of a structure that does not fit the file.
  init(broken name: String) {
    self.init(name: name, passed: false, expected: nil, found: nil)
  }
}
