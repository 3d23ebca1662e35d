/// Flash in memory that insists on its rules, and can lose its power at an operation.
final class Flash: PatchFlash {
  /// Bytes of the slot, whatever the size of a block.
  static let slotBytes = 1024
  private let areas: [UnsafeMutableRawBufferPointer]
  let blockBytes: UInt32
  private(set) var hasFailed = false
  /// Operations that were begun since the power came.
  private(set) var operations = 0
  /// The operation that is only half done, and the last; 0 for none.
  private var cutAt = 0

  /// Flash as a patch's header wants it.
  init(_ header: PatchHeader, _ inPlace: Windows.InPlace) {
    let blockBytes = 1 << Int(inPlace.blockBits)
    self.blockBytes = UInt32(blockBytes)
    let half = Int(PatchJournal<Flash>.halfBytes(header))
    let counts = [
      Self.slotBytes, Int(inPlace.windowBytes), 2 * ((half + blockBytes - 1) / blockBytes * blockBytes),
    ]
    areas = counts.map { count in unsafe memory(count) }
  }

  var slot: UnsafeMutableRawBufferPointer { unsafe areas[0] }
  var checkpoint: UnsafeMutableRawBufferPointer { unsafe areas[2] }

  /// As it is before an update: the base, and behind it and in the other areas whatever was there.
  func fill(_ base: Base) {
    for area in areas { unsafe area.initializeMemory(as: UInt8.self, repeating: 0x5A) }
    unsafe slot.copyMemory(from: UnsafeRawBufferPointer(base.bytes))
    restart(cutAt: 0)
  }

  /// The power is back, until an operation.
  func restart(cutAt: Int) { (hasFailed, operations, self.cutAt) = (false, 0, cutAt) }

  func capacity(_ area: FlashArea) -> UInt32 { unsafe UInt32(areas[Int(area.rawValue)].count) }

  func byte(_ area: FlashArea, at offset: UInt32) -> UInt8 {
    let area = unsafe areas[Int(area.rawValue)]
    require(Int(offset) < area.count, "flash is read within its area")
    return unsafe area[Int(offset)]
  }

  func erase(_ area: FlashArea, at offset: UInt32) {
    let (area, offset, blockBytes) = (unsafe areas[Int(area.rawValue)], Int(offset), Int(blockBytes))
    require(offset % blockBytes == 0 && offset + blockBytes <= area.count, "a block of the area is erased")
    let count = done(blockBytes)
    for place in offset..<offset + count { unsafe area[place] = 0xFF }
  }

  func write(_ area: FlashArea, at offset: UInt32, _ bytes: Span<UInt8>) {
    let (area, offset) = (unsafe areas[Int(area.rawValue)], Int(offset))
    require(bytes.count > 0 && offset % 256 + bytes.count <= 256, "a write is within a page")
    require(offset + bytes.count <= area.count, "flash is written within its area")
    for index in 0..<done(bytes.count) {
      require(unsafe area[offset + index] == 0xFF, "only what is erased is written")
      unsafe area[offset + index] = bytes[index]
    }
  }

  /// How much of an operation is done.
  private func done(_ count: Int) -> Int {
    if hasFailed { return 0 }
    operations += 1
    hasFailed = operations == cutAt
    return hasFailed ? count / 2 : count
  }
}
