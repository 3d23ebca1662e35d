import AsvinImage

extension Failure {
  /// A file that cannot be read as an image, or that holds more than one; `format` is the container's.
  init(_ error: ImageError, on name: String, _ format: ImageFormat?, slot: UInt64) {
    if let cause = error.cause {
      self.init(cause, on: name)
      return
    }
    let prefix = slot == 0 ? "" : "\(slot)="
    switch error.fault {
    case .severalRanges(let ranges):
      let first = ranges.first?.text ?? ""
      self.init(
        .rejected, "'\(name)' has data in \(ranges.count) separate address ranges: \(Self.list(ranges))",
        hint: "choose one, as --range \(prefix)\(first), or give the slot's 'range' in a template")
    case .missingRange(let ranges):
      self.init(
        .rejected, "'\(name)' has no data in the chosen range; its data is at \(Self.list(ranges))",
        hint: "give another --range")
    case .severalFamilies(let families):
      let first = families.first.map { "0x" + String($0.identifier, radix: 16) } ?? ""
      self.init(
        .rejected, "'\(name)' has data for \(families.count) chips or boards: \(Self.list(families))",
        hint: "choose one, as --family \(prefix)\(first)")
    case .missingFamily(let families):
      let known = families.isEmpty ? "it names none" : "it has data for \(Self.list(families))"
      self.init(
        .rejected, "'\(name)' has no data for the chosen chip or board; \(known)", hint: "give another --family")
    default:
      let what = format.map { "\($0.title), but damaged: \(error.fault.explanation)" }
      let place = error.line.map { "line \($0), byte \(error.offset)" } ?? "byte \(error.offset)"
      self.init(
        .rejected, "'\(name)' is \(what ?? "a broken image: \(error.fault.explanation)"), at \(place)",
        hint: "build or copy it again")
    }
  }

  /// The first items of a list, and how many more there are.
  private static func list(_ items: [some CustomStringConvertible]) -> String {
    let shown = items.prefix(8).map(\.description).joined(separator: ", ")
    return items.count > 8 ? "\(shown) and \(items.count - 8) more" : shown
  }
}
