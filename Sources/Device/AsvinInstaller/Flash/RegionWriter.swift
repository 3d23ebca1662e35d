/// Writes bytes to a region in order, a page of 256 bytes at a time. It erases a block when the first byte of it arrives.
struct RegionWriter<Region: FlashRegion> {
  let region: Region
  /// Where in the region the next byte goes.
  private var position: UInt64
  private var page: InlineArray<256, UInt8> = .init(repeating: 0)

  /// A writer that starts at an offset, which is a multiple of the erase block.
  init(_ region: Region, at offset: UInt64 = 0) { (self.region, position) = (region, offset) }

  /// Where the page is in the region: flash holds what is before it.
  private var pageStart: UInt64 { position & ~255 }

  mutating func append(_ byte: UInt8) {
    if position & UInt64(region.blockBytes &- 1) == 0, !region.hasFailed { region.erase(position) }
    page[Int(truncatingIfNeeded: position & 255)] = byte
    position &+= 1
    if position & 255 == 0 { write(256, at: position &- 256) }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func append(_ bytes: Span<UInt8>) {
    for index in bytes.indices { append(bytes[index]) }
  }

  /// Writes the rest of the last page, rounded up to complete units with 0xFF.
  mutating func finish() {
    let count = UInt32(truncatingIfNeeded: position & 255)
    guard count > 0 else { return }
    let unit = region.writeBytes
    for index in Int(count)..<256 { page[index] = 0xFF }
    write(Int((count &+ unit &- 1) & ~(unit &- 1)), at: pageStart)
  }

  /// Starts again at the region's start.
  mutating func restart() { position = 0 }

  /// A byte that was accepted.
  func byte(_ offset: UInt64) -> UInt8 {
    offset >= pageStart ? page[Int(truncatingIfNeeded: offset & 255)] : region.byte(offset)
  }

  private mutating func write(_ count: Int, at offset: UInt64) {
    if !region.hasFailed { region.write(offset, page.span.extracting(first: count)) }
  }
}
