public import AsvinVerifier
public import AsvinManifest

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces of any size, in 112 bytes of memory.
public struct SHA256: StreamingHash, Sendable {
  private var state: InlineArray<8, UInt32> = Self.start
  private var block: InlineArray<64, UInt8> = .init(repeating: 0)
  /// Bytes so far.
  private var count: UInt64 = 0

  /// A digest without bytes.
  public init() {}

  /// Adds bytes.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      block[Int(truncatingIfNeeded: count & 63)] = bytes[index]
      count &+= 1
      if count & 63 == 0 { compress() }
    }
  }

  /// Returns the digest of all bytes that were added, and starts again.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func finish() -> Digest {
    let bits = count &<< 3
    var padding: InlineArray<1, UInt8> = [0x80]
    repeat {
      update(padding.span)
      padding[0] = 0
    } while count & 63 != 56
    let length = InlineArray<8, UInt8> { bits.bigEndianByte($0) }
    update(length.span)
    let words = state
    (state, count) = (Self.start, 0)
    return Digest { words[$0 >> 2].bigEndianByte($0 & 3) }
  }

  /// SHA-256 of a buffer.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public static func digest(of bytes: Span<UInt8>) -> Digest {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// 6.2.2: one block.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func compress() {
    let bytes = block.span
    var schedule = InlineArray<16, UInt32>(repeating: 0)
    for index in 0..<16 {
      let place = 4 &* index
      schedule[index] =
        UInt32(bytes[place]) << 24 | UInt32(bytes[place &+ 1]) << 16 | UInt32(bytes[place &+ 2]) << 8
        | UInt32(bytes[place &+ 3])
    }
    var w = schedule.mutableSpan
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for round in 0..<64 {
      if round >= 16 {
        let (early, late) = (w[(round &+ 1) & 15], w[(round &+ 14) & 15])
        let sigma0 = Self.turned(early, 7) ^ Self.turned(early, 18) ^ early >> 3
        let sigma1 = Self.turned(late, 17) ^ Self.turned(late, 19) ^ late >> 10
        w[round & 15] &+= sigma0 &+ w[(round &+ 9) & 15] &+ sigma1
      }
      let constant = UInt32(truncatingIfNeeded: RoundConstants.all[round] >> 32)
      let sum1 = Self.turned(e, 6) ^ Self.turned(e, 11) ^ Self.turned(e, 25)
      let first = h &+ sum1 &+ (g ^ e & (f ^ g)) &+ constant &+ w[round & 15]
      let sum0 = Self.turned(a, 2) ^ Self.turned(a, 13) ^ Self.turned(a, 22)
      let second = sum0 &+ (a & b | c & (a | b))
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
    }
    state[0] &+= a
    state[1] &+= b
    state[2] &+= c
    state[3] &+= d
    state[4] &+= e
    state[5] &+= f
    state[6] &+= g
    state[7] &+= h
  }

  private static func turned(_ word: UInt32, _ bits: UInt32) -> UInt32 { word &>> bits | word &<< (32 &- bits) }

  private static let start: InlineArray<8, UInt32> = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
}
