public import AsvinManifest

/// SHA-512 (FIPS 180-4) of bytes that arrive in pieces of any size, in 200 bytes of memory. For messages below 2⁶¹
/// bytes.
public struct SHA512: Sendable {
  private var state: InlineArray<8, UInt64> = Self.start
  private var block: InlineArray<128, UInt8> = .init(repeating: 0)
  /// Bytes so far.
  private var count: UInt64 = 0

  /// A digest without bytes.
  public init() {}

  /// Adds bytes.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Returns the digest of all bytes that were added, 64 bytes, and starts again.
  public mutating func finish() -> FixedBytes<64> {
    let bits = count &<< 3
    append(0x80)
    while count & 127 != 112 { append(0) }
    // The length has 128 bits, of which the upper half is 0.
    while count & 127 != 120 { append(0) }
    for index in 0..<8 { append(bits.bigEndianByte(index)) }
    let words = state
    self = Self()
    return FixedBytes { words[$0 >> 3].bigEndianByte($0 & 7) }
  }

  private mutating func append(_ byte: UInt8) {
    block[Int(truncatingIfNeeded: count & 127)] = byte
    count &+= 1
    if count & 127 == 0 { compress() }
  }

  /// 6.4.2: one block.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func compress() {
    let bytes = block.span
    var schedule = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<16 {
      var word: UInt64 = 0
      for place in 0..<8 { word = word << 8 | UInt64(bytes[8 &* index &+ place]) }
      schedule[index] = word
    }
    var w = schedule.mutableSpan
    var variables = state
    var v = variables.mutableSpan
    // The eight variables stay in their places; their roles rotate with the rounds.
    for round in 0..<80 {
      if round >= 16 {
        let (early, late) = (w[(round &+ 1) & 15], w[(round &+ 14) & 15])
        let sigma0 = Self.turned(early, 1) ^ Self.turned(early, 8) ^ early >> 7
        let sigma1 = Self.turned(late, 19) ^ Self.turned(late, 61) ^ late >> 6
        w[round & 15] &+= sigma0 &+ w[(round &+ 9) & 15] &+ sigma1
      }
      let turn = 0 &- round
      let (a, b, c) = (v[turn & 7], v[(turn &+ 1) & 7], v[(turn &+ 2) & 7])
      let (e, f, g) = (v[(turn &+ 4) & 7], v[(turn &+ 5) & 7], v[(turn &+ 6) & 7])
      let sum1 = Self.turned(e, 14) ^ Self.turned(e, 18) ^ Self.turned(e, 41)
      let first = v[(turn &+ 7) & 7] &+ sum1 &+ (g ^ e & (f ^ g)) &+ RoundConstants.all[round] &+ w[round & 15]
      let sum0 = Self.turned(a, 28) ^ Self.turned(a, 34) ^ Self.turned(a, 39)
      v[(turn &+ 3) & 7] &+= first
      v[(turn &+ 7) & 7] = first &+ sum0 &+ (a & b | c & (a | b))
    }
    for index in 0..<8 { state[index] &+= v[index] }
  }

  private static func turned(_ word: UInt64, _ bits: UInt64) -> UInt64 { word &>> bits | word &<< (64 &- bits) }

  private static let start: InlineArray<8, UInt64> = [
    0x6A09_E667_F3BC_C908, 0xBB67_AE85_84CA_A73B, 0x3C6E_F372_FE94_F82B, 0xA54F_F53A_5F1D_36F1,
    0x510E_527F_ADE6_82D1, 0x9B05_688C_2B3E_6C1F, 0x1F83_D9AB_FB41_BD6B, 0x5BE0_CD19_137E_2179,
  ]
}
