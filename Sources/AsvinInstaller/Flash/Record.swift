/// What a record holds: bytes that are put and taken one behind the other, little-endian.
public struct Record: Sendable {
  private(set) var bytes: InlineArray<88, UInt8> = .init(repeating: 0)
  private var place = 0

  /// A record of zeros.
  public init() {}

  init(_ byte: (Int) -> UInt8) { bytes = InlineArray { byte($0) } }

  mutating func put(_ bytes: Span<UInt8>) {
    for index in bytes.indices where place < 88 {
      self.bytes[place] = bytes[index]
      place &+= 1
    }
  }

  mutating func put(_ word: UInt32) {
    for index in 0..<4 where place < 88 {
      bytes[place] = UInt8(truncatingIfNeeded: word &>> UInt32(truncatingIfNeeded: 8 &* index))
      place &+= 1
    }
  }

  mutating func put(_ number: UInt64) {
    put(UInt32(truncatingIfNeeded: number))
    put(UInt32(truncatingIfNeeded: number >> 32))
  }

  mutating func take() -> UInt8 {
    guard place < 88 else { return 0 }
    place &+= 1
    return bytes[place &- 1]
  }

  mutating func takeWord() -> UInt32 {
    var word: UInt32 = 0
    for index in 0..<4 { word |= UInt32(take()) &<< UInt32(truncatingIfNeeded: 8 &* index) }
    return word
  }

  mutating func takeNumber() -> UInt64 {
    let low = takeWord()
    return UInt64(takeWord()) << 32 | UInt64(low)
  }
}
