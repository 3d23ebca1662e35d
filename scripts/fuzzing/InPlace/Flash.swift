/// Flash in memory that checks its rules, and can lose its power at an operation.
final class Flash {
  /// Bytes of the slot, whatever the size of a block.
  static let slotBytes = 2048
  private let areas: [UnsafeMutableRawBufferPointer]
  let blockBytes: UInt32
  private(set) var hasFailed = false
  /// Operations since power came back.
  private(set) var operations = 0
  /// The operation that is only half done, and the last one; 0 for none.
  private var cutAt = 0

  /// Flash as a patch's header wants it.
  init(_ header: PatchHeader, _ inPlace: Windows.InPlace) {
    let blockBytes = 1 << Int(inPlace.blockBits)
    self.blockBytes = UInt32(blockBytes)
    let half = Int(PatchJournal<FlashArea>.halfBytes(header))
    let counts = [
      Self.slotBytes, Int(inPlace.windowBytes), 2 * ((half + blockBytes - 1) / blockBytes * blockBytes),
    ]
    areas = counts.map { count in unsafe memory(count) }
  }

  var slot: UnsafeMutableRawBufferPointer { unsafe areas[0] }
  var checkpoint: UnsafeMutableRawBufferPointer { unsafe areas[2] }

  var regions: InPlaceFlash<FlashArea> {
    InPlaceFlash(
      slot: FlashArea(flash: self, area: 0), spare: FlashArea(flash: self, area: 1),
      checkpoint: FlashArea(flash: self, area: 2))
  }

  /// As it is before an update: the base, and any bytes after it and in the other areas.
  func fill(_ base: Base) {
    for area in areas { unsafe area.initializeMemory(as: UInt8.self, repeating: 0x5A) }
    unsafe slot.copyMemory(from: UnsafeRawBufferPointer(base.bytes))
    restart(cutAt: 0)
  }

  /// Power is back, until an operation.
  func restart(cutAt: Int) { (hasFailed, operations, self.cutAt) = (false, 0, cutAt) }

  func bytes(_ area: Int) -> UnsafeMutableRawBufferPointer { unsafe areas[area] }

  /// How much of an operation is done.
  func done(_ count: Int) -> Int {
    if hasFailed { return 0 }
    operations += 1
    hasFailed = operations == cutAt
    return hasFailed ? count / 2 : count
  }
}

/// A region of it.
struct FlashArea: FlashRegion {
  let flash: Flash
  let area: Int
  private var bytes: UnsafeMutableRawBufferPointer { unsafe flash.bytes(area) }
  var capacity: UInt64 { unsafe UInt64(bytes.count) }
  var blockBytes: UInt32 { flash.blockBytes }
  var writeBytes: UInt32 { 1 }
  var hasFailed: Bool { flash.hasFailed }

  func byte(_ offset: UInt64) -> UInt8 {
    require(offset < capacity, "flash is read within its area")
    return unsafe bytes[Int(offset)]
  }

  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    for index in bytes.indices { unsafe bytes[index] = byte(offset + UInt64(index)) }
    return true
  }

  func erase(_ offset: UInt64) {
    let count = UInt64(blockBytes)
    require(offset % count == 0 && offset + count <= capacity, "a block of the area is erased")
    for place in Int(offset)..<Int(offset) + flash.done(Int(count)) { unsafe bytes[place] = 0xFF }
  }

  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    require(bytes.count > 0 && offset % 512 + UInt64(bytes.count) <= 512, "a write is within a page")
    require(offset + UInt64(bytes.count) <= capacity, "flash is written within its area")
    for index in 0..<flash.done(bytes.count) {
      require(unsafe self.bytes[Int(offset) + index] == 0xFF, "only erased bytes are written")
      unsafe self.bytes[Int(offset) + index] = bytes[index]
    }
  }
}
