import AsvinVerifier

/// Writes an image into a slot from its start on, or from an erase block on: blocks are erased as they are reached.
struct SlotWriter<Slot: FlashRegion> {
  let slot: Slot
  /// Bytes of the image that were taken.
  private(set) var position: UInt64
  private var page: InlineArray<256, UInt8> = .init(repeating: 0)

  /// A writer that goes on behind so many bytes, a multiple of the erase block's.
  init(_ slot: Slot, written: UInt64 = 0) { (self.slot, position) = (slot, written) }

  /// Bytes that stand in flash: whole pages.
  private var pageStart: UInt64 { position & ~255 }

  mutating func append(_ byte: UInt8) {
    if position & UInt64(slot.blockBytes &- 1) == 0, !slot.hasFailed { slot.erase(position) }
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

  /// Writes what is left of the last page, rounded up with 0xFF.
  mutating func finish() {
    let count = UInt32(truncatingIfNeeded: position & 255)
    guard count > 0 else { return }
    let unit = slot.writeBytes
    for index in Int(count)..<256 { page[index] = 0xFF }
    write(Int((count &+ unit &- 1) & ~(unit &- 1)), at: pageStart)
  }

  /// A byte that was taken.
  func byte(_ offset: UInt64) -> UInt8 {
    offset >= pageStart ? page[Int(truncatingIfNeeded: offset & 255)] : slot.byte(offset)
  }

  private mutating func write(_ count: Int, at offset: UInt64) {
    if !slot.hasFailed { slot.write(offset, page.span.extracting(first: count)) }
  }
}
