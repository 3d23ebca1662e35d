import AsvinPatchHost
import AsvinPatch

/// The segments of an ESP image, from its header (firmware image format of esptool: 8 bytes on the ESP8266,
/// 24 on later chips, then for each segment its address, its length and its bytes).
enum ESPSegments {
  private static let magic: UInt8 = 0xE9

  /// The segments of the largest image in each file, as regions; `nil` if the numbers of segments differ.
  static func layout(old: [UInt8], new: [UInt8]) -> Layout? {
    let (before, after) = (largest(old), largest(new))
    guard !before.isEmpty, before.count == after.count else { return nil }
    var layout = Layout()
    for (old, new) in zip(before, after) { layout.append(Region(old: old, new: new)) }
    return layout
  }

  /// In a dump of a complete flash, images begin at sectors.
  private static func largest(_ file: [UInt8]) -> [Placement] {
    var (best, size) = ([Placement](), UInt32(0))
    for start in stride(from: 0, to: file.count, by: 4096) where file[start] == magic {
      for header in [24, 8] {
        let found = placements(file, start, header)
        let bytes = found.reduce(0) { $0 + $1.length }
        if bytes > size { (best, size) = (found, bytes) }
      }
    }
    return best
  }

  private static func placements(_ image: [UInt8], _ start: Int, _ header: Int) -> [Placement] {
    guard image.count > start + header + 8, (1...Layout.limit).contains(Int(image[start + 1])) else { return [] }
    let bytes = KnownBytes(bytes: image)
    var (placements, place) = ([Placement](), UInt32(start + header))
    for _ in 0..<image[start + 1] {
      guard place + 8 <= bytes.count else { return [] }
      let (address, length) = (bytes.word(place), bytes.word(place + 4))
      guard length <= bytes.count - place - 8, address >= 0x3C00_0000, address < 0x6000_0000 else { return [] }
      placements.append(Placement(offset: place + 8, length: length, address: address))
      place += 8 + length
    }
    return placements
  }
}
