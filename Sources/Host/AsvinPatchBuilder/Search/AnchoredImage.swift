import AsvinPatch

/// An image in which references to what is far say the place that they point to, not the distance to it: code that
/// calls the same functions looks the same wherever it stands.
enum AnchoredImage {
  /// Far from a reference, and in step with every alignment.
  private static let elsewhere: UInt32 = 0x1004

  static func bytes(_ image: [UInt8], set: InstructionSet) -> [UInt8] {
    guard set != .none else { return image }
    let known = KnownBytes(bytes: image)
    var anchored = image
    var offset: UInt32 = 0
    while offset < known.count {
      let word = known.word(offset)
      if let reference = Reference.at(offset, word, in: set, count: known.count, { known.word($0) }), reference.isFar,
        // What says a place, and no distance, is anchored as it is.
        reference.rewritten(word, at: offset &+ elsewhere, target: reference.target) != word
      {
        let value = reference.masked(word, at: offset) ^ reference.target &* 0x9E37_79B1
        for index in 0..<min(Int(reference.length), anchored.count - Int(offset)) {
          anchored[Int(offset) + index] = UInt8(value >> (8 * UInt32(index)) & 255)
        }
      }
      offset += max(set.length(word), set.alignment)
    }
    return anchored
  }

  /// The machine codes that make an image repeat itself more, the best first and so many at most.
  static func sets(_ image: [UInt8], _ count: Int, among sets: [InstructionSet]) -> [InstructionSet] {
    let plain = repeats(image)
    let scores = concurrentMap(sets.filter { $0 != .none }) { (set: $0, score: repeats(bytes(image, set: $0)) - plain) }
    return scores.filter { $0.score > 0 }.sorted { $0.score > $1.score }.prefix(count).map(\.set)
  }

  /// At how many places eight bytes stand that stood before.
  private static func repeats(_ image: [UInt8]) -> Int {
    var seen = [UInt32](repeating: 0, count: 1 << 16)
    var (value, count) = (UInt64(0), 0)
    for byte in image {
      value = value << 8 | UInt64(byte)
      let hash = value &* 0x9E37_79B9_7F4A_7C15
      let (place, key) = (Int(hash >> 48), UInt32(truncatingIfNeeded: hash >> 16) | 1)
      if seen[place] == key { count += 1 }
      seen[place] = key
    }
    return count
  }
}
