/// Writes bytes to a region in order, a page of 512 bytes at a time. It erases a block when the first byte of it arrives.
struct RegionWriter<Region: FlashRegion> {
  let region: Region
  /// Where in the region the next byte goes.
  private var position: UInt64
  private var page: InlineArray<512, UInt8> = .init(repeating: 0)

  /// A writer that starts at an offset, which is a multiple of the erase block.
  init(_ region: Region, at offset: UInt64 = 0) { (self.region, position) = (region, offset) }

  /// Where the page is in the region: flash holds what is before it.
  private var pageStart: UInt64 { position & ~511 }

  mutating func append(_ byte: UInt8) {
    let bytes: InlineArray<1, UInt8> = [byte]
    append(bytes.span)
  }

  /// Accepts bytes. Each step copies as many as the page has room for.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func append(_ bytes: Span<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      if position & UInt64(region.blockBytes &- 1) == 0, !region.hasFailed { region.erase(position) }
      let start = Int(truncatingIfNeeded: position & 511)
      let count = min(512 &- start, rest.count)
      unsafe withUnsafeMutableBytes(of: &page) { page in
        unsafe rest.withUnsafeBytes { rest in
          // Neither buffer is empty, and the page has room for this number of bytes.
          let (place, bytes) = unsafe (page.baseAddress.unsafelyUnwrapped, rest.baseAddress.unsafelyUnwrapped)
          unsafe (place + start).copyMemory(from: bytes, byteCount: count)
        }
      }
      rest = rest.extracting(droppingFirst: count)
      position &+= UInt64(UInt32(truncatingIfNeeded: count))
      if position & 511 == 0 { write(512, at: position &- 512) }
    }
  }

  /// Writes the rest of the last page, rounded up to complete units with 0xFF.
  mutating func finish() {
    let count = UInt32(truncatingIfNeeded: position & 511)
    guard count > 0 else { return }
    let unit = region.writeBytes
    for index in Int(count)..<512 { page[index] = 0xFF }
    write(Int((count &+ unit &- 1) & ~(unit &- 1)), at: pageStart)
  }

  /// Starts again at an offset, which is a multiple of the erase block.
  mutating func start(at offset: UInt64) { position = offset }

  /// A byte that was accepted.
  func byte(_ offset: UInt64) -> UInt8 {
    offset >= pageStart ? page[Int(truncatingIfNeeded: offset & 511)] : region.byte(offset)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func write(_ count: Int, at offset: UInt64) {
    if !region.hasFailed { region.write(offset, page.span.extracting(first: count)) }
  }
}
