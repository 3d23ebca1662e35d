/// Finds the earlier places of a byte string, the latest first.
struct Chains {
  private static let bits: UInt64 = 17
  /// The number of places that are kept, because a large image has too many.
  private static let reach = 1 << 20
  private let width: Int
  private var heads: [Int32]
  private var earlier: [Int32]
  private let bytes: [UInt8]

  /// Links the places whose first `width` bytes are equal. `width` is in 3...8.
  init(_ bytes: [UInt8], width: Int) {
    (self.bytes, self.width) = (bytes, width)
    heads = [Int32](repeating: -1, count: 1 << Int(Self.bits))
    earlier = [Int32](repeating: -1, count: min(bytes.count, Self.reach))
  }

  mutating func add(_ place: Int) {
    guard let key = key(place) else { return }
    earlier[place % Self.reach] = heads[key]
    heads[key] = Int32(place)
  }

  /// Calls the body for the earlier places, up to a limit, until it returns `false`.
  func forEach(_ place: Int, depth: Int, _ body: (Int) -> Bool) {
    guard let key = key(place) else { return }
    var (source, left) = (heads[key], depth)
    while source >= 0, left > 0, place - Int(source) < Self.reach, body(Int(source)) {
      source = earlier[Int(source) % Self.reach]
      left -= 1
    }
  }

  private func key(_ place: Int) -> Int? {
    guard place + width <= bytes.count else { return nil }
    var value: UInt64 = 0
    for index in 0..<width { value = value << 8 | UInt64(bytes[place + index]) }
    return Int((value &* 0x9E37_79B9_7F4A_7C15) >> (64 - Self.bits))
  }
}
