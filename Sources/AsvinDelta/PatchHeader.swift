/// The first ten bytes of a patch: what it is, and for and of which images.
///
/// | byte | |
/// |---|---|
/// | 0 | 0xD7 |
/// | 1 | 0x10 + profile: 0 standard, 1 tiny |
/// | 2–5 | first bytes of the base's SHA-256 |
/// | 6–9 | first bytes of the result's SHA-256 |
public struct PatchHeader: Equatable, Sendable {
  /// Bytes of a header.
  public static var byteCount: Int { 10 }

  /// The memory that the patch needs.
  public let profile: Profile
  /// The first bytes of the base's SHA-256, in their order; a hint for people, the whole digest stands in the manifest.
  public let base: UInt32
  /// The first bytes of the result's SHA-256.
  public let result: UInt32

  /// A header of its parts.
  public init(profile: Profile, base: UInt32, result: UInt32) {
    self.profile = profile
    self.base = base
    self.result = result
  }

  /// Reads a header.
  ///
  /// - Throws: ``PatchError``: not a patch, of another format, or cut.
  public init(_ bytes: Span<UInt8>) throws(PatchError) {
    guard bytes.count >= 1, bytes[0] == 0xD7 else { throw PatchError(.notAPatch, at: 0) }
    guard bytes.count >= Self.byteCount else { throw PatchError(.truncated, at: UInt64(bytes.count)) }
    guard bytes[1] & 0xF0 == 0x10, let profile = Profile(rawValue: bytes[1] & 15) else {
      throw PatchError(.unknownFormat, at: 1)
    }
    func word(_ at: Int) -> UInt32 {
      UInt32(bytes[at]) << 24 | UInt32(bytes[at &+ 1]) << 16 | UInt32(bytes[at &+ 2]) << 8 | UInt32(bytes[at &+ 3])
    }
    self.init(profile: profile, base: word(2), result: word(6))
  }

  /// The header's bytes.
  public var bytes: InlineArray<10, UInt8> {
    InlineArray { index in
      switch index {
      case 0: 0xD7
      case 1: 0x10 | profile.rawValue
      case 2..<6: UInt8(truncatingIfNeeded: base >> UInt32(8 &* (5 &- index)))
      default: UInt8(truncatingIfNeeded: result >> UInt32(8 &* (9 &- index)))
      }
    }
  }
}
