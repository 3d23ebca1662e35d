import AsvinPlatform
import AsvinPlatformAPI

/// asvin's reports of the devices. Texts of devices are escaped by Unicode scalar: a combining character after a `<` or a
/// `"` forms one `Character` with it, which a comparison with the mark would miss.
enum DeviceReports {
  static func xml(_ devices: [Device]) -> String {
    let elements = devices.map { device in
      "<element><firmware-version>\(escaped(device.firmwareVersion))</firmware-version>"
        + "<mac>\(escaped(device.name.text))</mac><name>\(escaped(device.label))</name></element>"
    }
    return "<root>\(elements.joined())</root>"
  }

  /// Escapes the text of an XML element. XML 1.0 does not allow control characters and noncharacters, even escaped.
  private static func escaped(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where VisibleText.isVisible(scalar) && scalar.value & 0xFFFE != 0xFFFE {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// A report in CSV (RFC 4180).
  static func csv(_ devices: [Device]) -> String {
    let lines = devices.map { device in
      [device.name.text, device.label, device.firmwareVersion].map(quoted).joined(separator: ",")
    }
    return (["mac,name,firmware-version"] + lines).map { $0 + "\r\n" }.joined()
  }

  /// The scalars that begin a formula in a spreadsheet, with the wide forms that some spreadsheets accept.
  private static let formulaMarks: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// Quotes a field. A field that a spreadsheet would evaluate as a formula is marked as text.
  private static func quoted(_ text: String) -> String {
    let visible = VisibleText.cleaned(text).unicodeScalars
    var result: String.UnicodeScalarView = "\"".unicodeScalars
    if let first = visible.first(where: { $0 != " " && $0 != "\u{A0}" }), formulaMarks.contains(first) {
      result.append("'")
    }
    for scalar in visible {
      result.append(scalar)
      if scalar == "\"" { result.append(scalar) }
    }
    result.append("\"")
    return String(result)
  }
}
