/// Writes a result over its base: a window goes to the spare blocks, then the state to the checkpoint, and only then
/// the window over the old bytes.
///
/// Whenever the power is cut, either the window before is whole and all that this one reads is still there, or this
/// one is whole in the spare blocks.
public struct SlotOutput<Flash: PatchFlash>: PatchOutput {
  private let flash: Flash
  private var journal: PatchJournal<Flash>
  private let blockBytes: UInt32
  /// Bytes of the base: behind them, what stands in the slot is not known.
  private let oldSize: UInt32
  private var window: Range<UInt32> = 0..<0
  private var position: UInt32 = 0
  private var page = Page()

  /// - Parameter oldSize: bytes of the base.
  public init(_ journal: PatchJournal<Flash>, oldSize: UInt32) {
    flash = journal.flash
    self.journal = journal
    self.oldSize = oldSize
    blockBytes = journal.blockBytes
  }

  /// Readable where the window is written, and in the slot where the base was.
  public var count: UInt32 { max(position, oldSize) }

  /// A byte of the result as far as it is written; else what stands there of the base.
  public func byte(at offset: UInt32) -> UInt8 {
    guard offset >= window.lowerBound, offset < window.upperBound else {
      return offset < oldSize ? flash.byte(.slot, at: offset) : 0
    }
    guard offset < position else { return 0 }
    let place = offset &- window.lowerBound
    return place & ~255 == page.start && place < page.start &+ page.count
      ? page[place & 255] : flash.byte(.spare, at: place)
  }

  /// Takes the next byte of the window.
  public mutating func append(_ byte: UInt8) {
    let place = position &- window.lowerBound
    if place & (blockBytes &- 1) == 0, !flash.hasFailed { flash.erase(.spare, at: place) }
    page.append(byte)
    position &+= 1
    if place & 255 == 255 { page.write(.spare, to: flash) }
  }

  /// Begins a window.
  public mutating func open(_ window: Range<UInt32>) {
    self.window = window
    position = window.lowerBound
    page = Page()
  }

  /// Writes what is left of the window, the checkpoint, and the window to its place.
  public mutating func commit(_ window: Range<UInt32>, state: RawSpan) {
    page.write(.spare, to: flash)
    guard !flash.hasFailed else { return }
    journal.write(window, state: state)
    guard !flash.hasFailed else { return }
    journal.copy(window)
  }
}

/// At most 256 bytes on their way to flash.
struct Page {
  private var bytes: InlineArray<256, UInt8> = .init(repeating: 0xFF)
  /// Where in its area the page stands.
  private(set) var start: UInt32
  private(set) var count: UInt32 = 0

  init(at start: UInt32 = 0) { self.start = start }

  subscript(place: UInt32) -> UInt8 { bytes[Int(place & 255)] }

  mutating func append(_ byte: UInt8) {
    bytes[Int(count & 255)] = byte
    count &+= 1
  }

  /// Writes the page, and goes on with the one behind it.
  mutating func write<Flash: PatchFlash>(_ area: FlashArea, to flash: Flash) {
    if count > 0, !flash.hasFailed { flash.write(area, at: start, bytes.span.extracting(first: Int(count))) }
    start &+= 256
    count = 0
  }
}
