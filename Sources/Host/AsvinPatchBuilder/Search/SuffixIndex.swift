import CAsvinSuffix

/// The images in the form that is searched: unchanged, or without the targets of references.
struct SearchedImages: Sendable {
  let old: SuffixIndex
  let new: [UInt8]

  /// The longest match in the old image of the bytes at a place of the new image.
  func longest(_ place: Int) -> (at: Int, length: Int) { old.longest(place, in: new) }
}

/// Finds the longest match in an image for any bytes. It holds the sorted suffixes and, for each pair of first bytes,
/// the place of their first suffix.
struct SuffixIndex: Sendable {
  let bytes: [UInt8]
  private let suffixes: [Int32]
  /// For each pair of bytes, the index in `suffixes` of the first suffix that begins with this pair or a later one.
  private let starts: [Int32]
  /// The maximum number of compared bytes. In a long run of zeros, all matches are equally long.
  private static let compared = 2048

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var suffixes = [Int32](repeating: 0, count: bytes.count)
    if !bytes.isEmpty { _ = unsafe divsufsort(bytes, &suffixes, Int32(bytes.count)) }
    self.suffixes = suffixes
    var counts = [Int32](repeating: 0, count: 1 << 16 + 1)
    for place in bytes.indices.dropLast() { counts[Int(bytes[place]) << 8 | Int(bytes[place + 1])] += 1 }
    // The suffix of the last byte alone sorts before all suffixes that begin with it.
    var (sum, last) = (Int32(0), bytes.last.map { Int($0) << 8 })
    for key in counts.indices {
      if key == last { (sum, last) = (sum + 1, nil) }
      (counts[key], sum) = (sum, sum + counts[key])
    }
    starts = counts
  }

  /// The longest match of the bytes at a place of another image; length 0 if not even two bytes match.
  func longest(_ place: Int, in other: [UInt8]) -> (at: Int, length: Int) {
    guard place + 1 < other.count else { return (0, 0) }
    let key = Int(other[place]) << 8 | Int(other[place + 1])
    var (low, high) = (Int(starts[key]), end(of: key) - 1)
    if low > high { return (0, 0) }
    let (limit, count) = (min(other.count - place, Self.compared), bytes.count)
    func match(_ at: Int, from: Int) -> Int {
      var length = from
      let limit = min(count - at, limit)
      while length < limit, bytes[at + length] == other[place + length] { length += 1 }
      return length
    }
    var (lowMatch, highMatch) = (match(Int(suffixes[low]), from: 2), match(Int(suffixes[high]), from: 2))
    while high - low > 1 {
      let middle = (low + high) / 2
      let at = Int(suffixes[middle])
      let length = match(at, from: min(lowMatch, highMatch))
      let isLess = length < limit && (at + length >= count || bytes[at + length] < other[place + length])
      if isLess { (low, lowMatch) = (middle, length) } else { (high, highMatch) = (middle, length) }
    }
    return lowMatch > highMatch ? (Int(suffixes[low]), lowMatch) : (Int(suffixes[high]), highMatch)
  }

  private func end(of key: Int) -> Int {
    let end = Int(starts[key + 1])
    // The suffix of the last byte alone may be between the suffixes of two keys.
    guard end > 0, Int(suffixes[end - 1]) == bytes.count - 1, key + 1 == Int(bytes[bytes.count - 1]) << 8 else {
      return end
    }
    return end - 1
  }
}
