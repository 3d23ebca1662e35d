import AsvinPatchHost
import AsvinPatch

/// An image whose references are masked, so that code which moved looks unchanged.
enum MaskedImage {
  /// - Parameter isAddress: whether a word is an address in the image.
  static func bytes(_ image: [UInt8], set: InstructionSet, isAddress: (UInt32) -> Bool) -> [UInt8] {
    let known = KnownBytes(bytes: image)
    var masked = image
    func put(_ value: UInt32, at offset: Int, count: Int) {
      for index in 0..<min(count, masked.count - offset) { masked[offset + index] = UInt8(value >> (8 * index) & 255) }
    }
    var offset: UInt32 = 0
    while offset < known.count {
      if offset & 3 == 0, isAddress(known.word(offset)) {
        put(0x0102_0304, at: Int(offset), count: 4)
        offset += 4
        continue
      }
      let word = known.word(offset)
      if set != .none,
        let reference = Reference.at(offset, word, in: set, count: known.count, { known.word($0) })
      {
        put(reference.masked(word, at: offset), at: Int(offset), count: Int(reference.length))
      }
      offset += max(set.length(word), set.alignment)
    }
    return masked
  }
}
