import AsvinPrograms
import AsvinRelease

extension ReleaseReport {
  /// The fields of the release, one on each line.
  var lines: [String] {
    var lines = [
      line("release", "\(name) \(version), sequence \(sequence)"),
      line("vendor", vendor), line("class", deviceClass), line("manifest", "\(manifest), \(manifestBytes) bytes"),
    ]
    if let created { lines.append(line("created", "\(created) s since 1970")) }
    if let lowestBase { lines.append(line("base", "sequence \(lowestBase) or later")) }
    for component in components {
      lines.append(line("slot \(component.slot)", "\(component.size) bytes, sha256 \(component.sha256)"))
      for payload in component.payloads {
        let memory = payload.memory.map { ", applied in \($0) bytes of RAM" } ?? ""
        lines.append(line("", "\(payload.kind), \(payload.size) bytes\(memory)"))
      }
    }
    for attachment in attachments {
      lines.append(line("attached", "\(attachment.name), \(attachment.size) bytes"))
    }
    return lines
  }
}

extension ImageReport {
  /// The description of the image.
  var lines: [String] {
    var lines = [
      line("image", [container.map { "\($0) of" }, format, "\(size) bytes"].compactMap(\.self).joined(separator: " "))
    ]
    if let chip { lines.append(line("chip", chip)) }
    if let projectName { lines.append(line("project", projectName)) }
    if let version { lines.append(line("version", version)) }
    if let secureVersion { lines.append(line("secure", "version \(secureVersion)")) }
    if let frameworkVersion { lines.append(line("framework", frameworkVersion)) }
    if let buildTime { lines.append(line("built", buildTime)) }
    if role != "application" { lines.append(line("role", role)) }
    if offset > 0 { lines.append(line("offset", "application at 0x" + String(offset, radix: 16))) }
    if let loadAddress { lines.append(line("address", "0x" + String(loadAddress, radix: 16))) }
    lines += rangeLines
    if gapBytes > 0 { lines.append(line("gaps", "\(gapBytes) bytes, filled with 0xFF")) }
    for check in checks { lines.append(line(check.result, check.name)) }
    for note in notes { lines.append(line("note", note)) }
    return lines
  }
}

extension ImageReport {
  /// The data ranges of a container, and those that are not in the image.
  fileprivate var rangeLines: [String] {
    var lines = Self.lines(ranges, "range")
    for family in families {
      lines.append(line("family", "0x" + String(family.identifier, radix: 16) + (family.chip.map { " (\($0))" } ?? "")))
      lines += Self.lines(family.ranges, "range")
    }
    return lines + Self.lines(leftOut, "left out")
  }

  /// The ranges that fit a screen, the gaps between them, and the number of the others.
  private static func lines(_ ranges: [Range], _ label: String) -> [String] {
    var lines: [String] = []
    for (index, range) in ranges.prefix(16).enumerated() {
      if index > 0, label == "range", range.first > ranges[index - 1].last + 1 {
        let (first, last) = (ranges[index - 1].last + 1, range.first - 1)
        lines.append(line("gap", "\(addresses(first, last)), \(last - first + 1) bytes"))
      }
      let name = range.label.map { ", \($0)" } ?? ""
      lines.append(line(label, "\(addresses(range.first, range.last)), \(range.size) bytes\(name)"))
    }
    if ranges.count > 16 { lines.append(line(label, "\(ranges.count - 16) more")) }
    return lines
  }

  private static func addresses(_ first: UInt64, _ last: UInt64) -> String {
    "0x\(String(first, radix: 16))-0x\(String(last, radix: 16))"
  }

  /// The recognised format, the parts of the file that are not in the image, and notes, as `sign` reports them.
  var signLines: [String] {
    let what = [container.map { "\($0) of" }, format, "\(size) bytes"].compactMap(\.self).joined(separator: " ")
    return [line("image", what)] + Self.lines(leftOut, "left out") + notes.map { line("note", $0) }
  }
}
