import AsvinPatchHost
import AsvinPatch

/// An image in which far references hold the address of their target instead of the distance to it, so that code which
/// calls the same functions looks the same at every address.
enum AnchoredImage {
  /// A distance that is far from the reference, and a multiple of every alignment.
  private static let elsewhere: UInt32 = 0x1004

  static func bytes(_ image: [UInt8], set: InstructionSet) -> [UInt8] {
    guard set != .none else { return image }
    let known = KnownBytes(bytes: image)
    var anchored = image
    var offset: UInt32 = 0
    while offset < known.count {
      let word = known.word(offset)
      if let reference = Reference.at(offset, word, in: set, count: known.count, { known.word($0) }), reference.isFar,
        // A reference that holds an address instead of a distance is anchored already.
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

  /// The instruction sets under which the image repeats itself most, the best first, at most `count` of them.
  static func sets(_ image: [UInt8], _ count: Int, among sets: [InstructionSet]) -> [InstructionSet] {
    let plain = repeats(image)
    let scores = concurrentMap(sets.filter { $0 != .none }) { (set: $0, score: repeats(bytes(image, set: $0)) - plain) }
    return scores.filter { $0.score > 0 }.sorted { $0.score > $1.score }.prefix(count).map(\.set)
  }

  /// The number of places whose eight bytes occurred earlier.
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
