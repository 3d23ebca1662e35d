import AsvinInstaller

/// The bytes of a region that were read last, in four lines. The applier of a patch asks for one byte after the other,
/// and a driver of a flash takes about as long for one byte as for a line.
struct ReadLines {
  private static var bits: UInt32 { 5 }
  private static var count: UInt32 { 1 &<< bits }

  /// Which line each place holds, by its number in the region counted from 1; 0 for none.
  private var numbers = InlineArray<4, UInt32>(repeating: 0)
  private var bytes = InlineArray<128, UInt8>(repeating: 0)

  /// Lines in memory, for several regions: all empty.
  static func empty(at memory: UnsafeMutableRawPointer, count: Int) -> UnsafeMutablePointer<ReadLines> {
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: count * MemoryLayout<ReadLines>.stride)
    return unsafe memory.assumingMemoryBound(to: ReadLines.self)
  }

  /// Forgets all lines, because the region changes.
  mutating func forget() { numbers = .init(repeating: 0) }

  /// A byte of a region, which is inside of it; `nil` where its line cannot be read, since another word of the line may
  /// be one that an error-correcting code refuses.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func byte(_ offset: UInt32, of region: CRegion) -> UInt8? {
    let number = offset >> Self.bits
    let place = Int(number & 3)
    let start = place << Int(Self.bits)
    if numbers[place] != number &+ 1 {
      let isRead = unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
        unsafe region.read(
          UInt64(number << Self.bits),
          into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + Int(Self.count)]))
      }
      numbers[place] = isRead ? number &+ 1 : 0
      guard isRead else { return nil }
    }
    return bytes[start | Int(offset & (Self.count &- 1))]
  }
}
