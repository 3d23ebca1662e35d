/// Text that operators see on a terminal, in a report or on a page. Control characters could move a cursor, set a title or
/// end a field there, and bidirectional controls could make a name look different from what is stored.
package enum VisibleText {
  /// Whether a scalar is allowed: C0 and C1 controls, line and paragraph separators and bidirectional controls are not.
  package static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x00...0x1F, 0x7F...0x9F: false
    case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB: false
    default: true
    }
  }

  /// Whether every scalar of a text is visible.
  package static func isClean(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isVisible) }

  /// Returns a text without its invisible scalars.
  package static func cleaned(_ text: String) -> String {
    guard !isClean(text) else { return text }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.filter(isVisible))
    return String(scalars)
  }

  /// The pattern in JSON Schema of what ``isVisible(_:)`` allows.
  static let pattern =
    "^[^\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ufff9-\\ufffb]*$"
}
