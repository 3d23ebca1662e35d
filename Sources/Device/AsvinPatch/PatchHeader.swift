/// The first ten or twelve bytes of a patch: its format, its memory, and its two images.
///
/// | byte | |
/// |---|---|
/// | 0 | 0xD7 |
/// | 1 | 0x10 + profile: 0 standard, 1 tiny, 2 Linux; + 4 in place; + 8 emphasis on literals |
/// | 2–5 | first bytes of the base's SHA-256 |
/// | 6–9 | first bytes of the result's SHA-256 |
/// | 10 | in place: the erase block's size as a power of two, 8…24, + 32 × spare blocks, 1 or 2 |
/// | 11 | in place: KiB of both states in the checkpoint region, before they are rounded up to erase blocks |
public struct PatchHeader: Equatable, Sendable {
  /// Bytes of a header without the fields for in place.
  public static var byteCount: Int { 10 }
  private static var inPlaceByteCount: Int { 12 }

  /// The memory that the patch needs.
  public let profile: Profile
  /// What the memory is used for.
  public let emphasis: Emphasis
  /// The first bytes of the base's SHA-256, in their order. They are a hint for readers; the manifest has the complete
  /// digest.
  public let base: UInt32
  /// The first bytes of the result's SHA-256.
  public let result: UInt32
  /// How the result is written over the base; `nil` if it goes to another slot.
  public let inPlace: Windows.InPlace?

  package init(
    profile: Profile, emphasis: Emphasis = .references, base: UInt32, result: UInt32, inPlace: Windows.InPlace? = nil
  ) {
    (self.profile, self.emphasis) = (profile, emphasis)
    self.base = base
    self.result = result
    self.inPlace = inPlace
  }

  /// Bytes of this header.
  public var byteCount: Int { inPlace == nil ? Self.byteCount : Self.inPlaceByteCount }

  /// Bytes of flash that keep the state between two windows, twice; 0 if the result goes to another slot.
  public var checkpointBytes: Int {
    guard let inPlace else { return 0 }
    let block = 1 &<< Int(inPlace.blockBits)
    return 2 &* ((workspaceBytes &+ 32 &+ block &- 1) & ~(block &- 1))
  }

  /// Bytes of memory that applying the patch needs, besides the applier itself.
  public var workspaceBytes: Int { tables.bytes }

  var tables: Tables { Tables(profile, emphasis, isInPlace: inPlace != nil) }
  private var checkpointKiB: UInt8 { UInt8(truncatingIfNeeded: (2 &* (workspaceBytes &+ 32) &+ 1023) >> 10) }

  /// Reads a header.
  ///
  /// - Throws: ``PatchError``: not a patch, of another format, or truncated.
  public init(_ bytes: Span<UInt8>) throws(PatchError) {
    guard bytes.count >= 1, bytes[0] == 0xD7 else { throw PatchError(.notAPatch, at: 0) }
    guard bytes.count >= Self.byteCount else { throw PatchError(.truncated, at: UInt64(bytes.count)) }
    guard bytes[1] & 0xF0 == 0x10, let profile = Profile(rawValue: bytes[1] & 3) else {
      throw PatchError(.unknownFormat, at: 1)
    }
    func word(_ at: Int) -> UInt32 {
      UInt32(bytes[at]) << 24 | UInt32(bytes[at &+ 1]) << 16 | UInt32(bytes[at &+ 2]) << 8 | UInt32(bytes[at &+ 3])
    }
    let emphasis = Emphasis(rawValue: bytes[1] >> 3 & 1) ?? .references
    var inPlace: Windows.InPlace?
    if bytes[1] & 4 != 0 {
      guard bytes.count >= Self.inPlaceByteCount else { throw PatchError(.truncated, at: UInt64(bytes.count)) }
      let (block, spare) = (UInt32(bytes[10] & 31), UInt32(bytes[10] >> 5))
      guard (8...24).contains(block), (1...2).contains(spare) else { throw PatchError(.unknownFormat, at: 10) }
      inPlace = Windows.InPlace(blockBits: block, spareBlocks: spare)
    }
    self.init(profile: profile, emphasis: emphasis, base: word(2), result: word(6), inPlace: inPlace)
    guard inPlace == nil || profile != .linux && bytes[11] == checkpointKiB else {
      throw PatchError(.unknownFormat, at: 11)
    }
  }

  /// The header's bytes, of which the first ``byteCount`` count.
  public var bytes: InlineArray<12, UInt8> {
    InlineArray { index in
      switch index {
      case 0: 0xD7
      case 1: 0x10 | (inPlace == nil ? 0 : 4) | profile.rawValue | emphasis.rawValue << 3
      case 2..<6: UInt8(truncatingIfNeeded: base >> UInt32(8 &* (5 &- index)))
      case 6..<10: UInt8(truncatingIfNeeded: result >> UInt32(8 &* (9 &- index)))
      case 10: inPlace.map { UInt8($0.blockBits | $0.spareBlocks << 5) } ?? 0
      default: checkpointKiB
      }
    }
  }
}
