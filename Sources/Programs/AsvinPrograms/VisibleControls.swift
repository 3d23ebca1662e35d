extension String {
  /// The text with each control character written as its code: `\u{1B}`.
  ///
  /// Names and messages come from devices, from bundles and from servers. On a terminal their control characters would move
  /// the cursor or set a title, line separators would forge lines, and bidirectional controls would show another text.
  package var withVisibleControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// JSON with each control character as `\u001b`: the values are the same, and a terminal does not act on them.
  package var withJSONControls: String {
    guard unicodeScalars.contains(where: { $0.isControl && $0 != "\n" }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl, scalar != "\n" {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether it is invisible and changes how a line is shown: C0, C1, bidirectional and other format characters, line
  /// and paragraph separators.
  fileprivate var isControl: Bool {
    // Nearly all text is in this range, and the lookup of properties is slow.
    if (0x20...0x7E).contains(value) { return false }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
    default: return false
    }
  }
}
