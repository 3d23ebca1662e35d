package import AsvinHost

/// The data that a container lists, for each chip or board and at each address, before an image is made of it.
package struct Container: Sendable {
  /// Two runs of data with a gap of this many bytes between them belong to two images. An image does not have such a
  /// gap, and a chip's memories of different kinds (flash, RAM, option bytes, UICR) are further apart.
  static let separation: UInt64 = 1 << 20

  /// The data for one chip or board.
  struct Part: Sendable {
    var family: ImageFamily?
    var memory = FlatMemory()
  }

  /// The format of the file.
  package let format: ImageFormat
  /// Whether the data has addresses: a plain DFU file has none.
  package let hasAddresses: Bool
  let parts: [Part]
  private let end: UInt64

  /// Reads a container: at most 64 MiB of data, from a file of at most 256 MiB.
  ///
  /// - Throws: `notContainer` for any other file, and every other ``ImageFault``, with the offset in the container.
  package init(reading source: some ByteSource) throws(ImageError) {
    let format = try ImageFormat(recognising: source)
    guard format.isContainer else { throw ImageError(.notContainer, at: 0) }
    guard source.size <= ImageLimit.containerBytes.value else {
      throw ImageError(.overLimit(.containerBytes), at: ImageLimit.containerBytes.value)
    }
    self.format = format
    end = source.size
    var hasAddresses = true
    switch format {
    case .intelHex: parts = try IntelHexReader.parts(of: source)
    case .sRecord: parts = [Part(memory: try SRecordReader.memory(of: source))]
    case .tiText: parts = [Part(memory: try TITextReader.memory(of: source))]
    case .uf2: parts = try UF2Reader.parts(of: source)
    case .dfu: (parts, hasAddresses) = try DFUFile.parts(of: source)
    default: parts = [Part(memory: try ELFHeader.memory(of: source))]
    }
    self.hasAddresses = hasAddresses
  }

  /// The chips or boards in the file; empty if it does not name any.
  package var families: [ImageFamily] { parts.compactMap(\.family) }

  /// The addresses of the data for a family, ascending. For a file without families, `family` is `nil`.
  package func ranges(of family: ImageFamily?) -> [AddressRange] {
    parts.first { $0.family == family }?.memory.ranges ?? []
  }

  /// Whether the user must choose an image.
  package var isAmbiguous: Bool {
    parts.count > 1 || parts.contains { $0.memory.ranges.joined(acrossGapsBelow: Self.separation).count > 1 }
  }

  /// The chosen image.
  ///
  /// - Throws: `severalFamilies`, `missingFamily`, `severalRanges`, `missingRange`, `empty`, `overlap`, `overLimit`.
  package func image(_ choice: ImageChoice = ImageChoice()) throws(ImageError) -> FlatImage {
    let part = try part(choice)
    try part.memory.checkOverlaps()
    let all = part.memory.ranges
    guard let first = all.first, let last = all.last else { throw ImageError(.empty, at: end) }
    let regions = all.joined(acrossGapsBelow: Self.separation)
    var chosen = AddressRange(first: first.first, last: last.last)
    var leftOut: [AddressRange] = []
    if let range = choice.range {
      guard all.contains(where: { $0.first <= range.last && range.first <= $0.last }) else {
        throw ImageError(.missingRange(regions), at: end)
      }
      chosen = range
      leftOut = all.compactMap { $0.outside(range) }.flatMap(\.self).joined(acrossGapsBelow: Self.separation)
    } else if regions.count > 1 {
      let inside = regions.filter { choice.window?.contains($0.first) == true }
      guard let only = inside.first, inside.count == 1 else { throw ImageError(.severalRanges(regions), at: end) }
      chosen = only
      leftOut = regions.filter { $0 != only }
    }
    guard let chosen else { throw ImageError(.empty, at: end) }
    let (address, bytes, ranges) = try part.memory.flattened(chosen)
    return FlatImage(
      bytes: bytes, baseAddress: address, container: format, hasAddress: hasAddresses, family: part.family,
      ranges: ranges, leftOut: leftOut)
  }

  private func part(_ choice: ImageChoice) throws(ImageError) -> Part {
    if let text = choice.family {
      guard let part = parts.first(where: { $0.family?.matches(text) == true }) else {
        throw ImageError(.missingFamily(families), at: end)
      }
      return part
    }
    if parts.count > 1 {
      let fitting = parts.filter { part in part.family?.chip.map(choice.chips.contains) == true }
      guard let part = fitting.first, fitting.count == 1 else { throw ImageError(.severalFamilies(families), at: end) }
      return part
    }
    guard let part = parts.first else { throw ImageError(.empty, at: end) }
    return part
  }
}

extension AddressRange {
  /// The parts of this range that are not in another one.
  fileprivate func outside(_ other: AddressRange) -> [AddressRange] {
    let below = other.first == 0 ? nil : AddressRange(first: first, last: min(last, other.first - 1), label: label)
    let above = other.last == .max ? nil : AddressRange(first: max(first, other.last + 1), last: last, label: label)
    return [below, above].compactMap(\.self)
  }
}
