package import AsvinInstaller
package import AsvinPatch

/// The areas of flash that a patch in place uses.
package enum FlashArea: Int, Sendable {
  /// Holds the base, then the result.
  case slot
  /// Holds a window until it is copied to the slot.
  case spare
  /// Holds the state after the last window, twice.
  case checkpoint
}

/// Flash in memory. It counts operations, checks every rule of flash, and can lose its power at any operation.
package final class SimulatedFlash {
  private var areas: [[UInt8]]
  /// Bytes of each area that cannot be read.
  private var unreadable: [Set<Int>] = [[], [], []]
  fileprivate let blockBytes: Int
  /// Bytes of a word with an error-correcting code, which cannot be read after its programming was cut; 0 without one.
  package var word = 0
  /// The part of a cut operation that is done, in 256ths.
  package var part = 128
  /// The maximum size of the slot in bytes.
  package var slotRoom = UInt32.max
  /// How often each block of an area was erased.
  package private(set) var erasures: [[Int]]
  /// Operations that were begun.
  package private(set) var operations = 0
  /// The number of the operation during which power is lost.
  package var cutAt: Int?
  package private(set) var hasFailed = false
  /// A rule that was broken: bytes written that were not erased, or outside the area.
  package private(set) var violation: String?

  /// A slot that holds an image, and grows as it is written.
  package init(slot: [UInt8], header: PatchHeader, inPlace: Windows.InPlace) {
    let blockBytes = 1 << Int(inPlace.blockBits)
    func rounded(_ bytes: Int) -> Int { (bytes + blockBytes - 1) / blockBytes * blockBytes }
    let half = Int(PatchJournal<FlashHandle>.halfBytes(header))
    areas = [
      slot + [UInt8](repeating: 0x5A, count: rounded(slot.count) - slot.count),
      [UInt8](repeating: 0x5A, count: Int(inPlace.windowBytes)),
      [UInt8](repeating: 0x5A, count: 2 * rounded(half)),
    ]
    erasures = areas.map { [Int](repeating: 0, count: $0.count / blockBytes) }
    self.blockBytes = blockBytes
  }

  /// The content of the slot.
  package var slot: [UInt8] { areas[0] }

  /// Restores power.
  package func restart() { (hasFailed, cutAt) = (false, nil) }

  func byte(_ area: FlashArea, _ offset: UInt32) -> UInt8 {
    guard Int(offset) < areas[area.rawValue].count else { return 0 }
    return isReadable(area, Int(offset)) ? areas[area.rawValue][Int(offset)] : 0xEE
  }

  /// Whether a byte can be read.
  package func isReadable(_ area: FlashArea, _ offset: Int) -> Bool { !unreadable[area.rawValue].contains(offset) }

  /// Bytes of an area.
  func capacity(_ area: FlashArea) -> UInt32 { area == .slot ? slotRoom : UInt32(areas[area.rawValue].count) }

  /// Flips a bit of the slot.
  package func flip(_ offset: Int) { areas[0][offset] ^= 1 }

  func erase(_ area: FlashArea, _ offset: UInt32) {
    let (area, offset) = (area.rawValue, Int(offset))
    guard offset % blockBytes == 0, fits(area, offset + blockBytes) else { return violate("erase", offset) }
    let count = begin() ? blockBytes : blockBytes * part / 256
    guard !hasFailed || cutAt == operations else { return }
    erasures[area][offset / blockBytes] += 1
    if count < blockBytes, word > 0 { unreadable[area].formUnion(offset..<offset + blockBytes) }
    for place in offset..<offset + count { areas[area][place] = 0xFF }
    if !unreadable[area].isEmpty { unreadable[area].subtract(offset..<offset + count) }
  }

  func write(_ area: FlashArea, _ offset: UInt32, _ bytes: Span<UInt8>) {
    let (area, offset) = (area.rawValue, Int(offset))
    guard bytes.count > 0, offset % 512 + bytes.count <= 512, offset + bytes.count <= areas[area].count else {
      return violate("write", offset)
    }
    let count = begin() ? bytes.count : bytes.count * part / 256
    guard !hasFailed || cutAt == operations else { return }
    if count < bytes.count, word > 0 {
      let start = (offset + count) / word * word
      unreadable[area].formUnion(start..<start + word)
    }
    for index in 0..<count {
      if areas[area][offset + index] != 0xFF { violate("write over", offset + index) }
      areas[area][offset + index] = bytes[index]
    }
  }

  /// Only the slot grows, because the patch states the length of the result.
  private func fits(_ area: Int, _ end: Int) -> Bool {
    if area == 0, end > areas[0].count {
      areas[0] += [UInt8](repeating: 0x5A, count: end - areas[0].count)
      erasures[0] += [Int](repeating: 0, count: areas[0].count / blockBytes - erasures[0].count)
    }
    return end <= areas[area].count
  }

  private func begin() -> Bool {
    guard !hasFailed else {
      // A failure may be temporary. An operation after it would destroy content that can still be recovered.
      violation = violation ?? "an operation after one that failed"
      cutAt = nil
      return false
    }
    operations += 1
    hasFailed = operations == cutAt
    return !hasFailed
  }

  private func violate(_ what: String, _ offset: Int) {
    violation = violation ?? "\(what) at \(offset)"
    hasFailed = true
  }
}

/// A handle to an area of simulated flash.
package struct FlashHandle: FlashRegion {
  package let flash: SimulatedFlash
  private let area: FlashArea
  package init(_ flash: SimulatedFlash, _ area: FlashArea) { (self.flash, self.area) = (flash, area) }
  package var capacity: UInt64 { UInt64(flash.capacity(area)) }
  package var blockBytes: UInt32 { UInt32(flash.blockBytes) }
  /// A word of flash with an error-correcting code is written at once.
  package var writeBytes: UInt32 { UInt32(max(1, flash.word)) }
  package var hasFailed: Bool { flash.hasFailed }
  package func byte(_ offset: UInt64) -> UInt8 { flash.byte(area, UInt32(truncatingIfNeeded: offset)) }
  package func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    let places = Int(offset)..<Int(offset) + bytes.count
    for place in places { unsafe bytes[place - places.lowerBound] = byte(UInt64(place)) }
    return places.allSatisfy { flash.isReadable(area, $0) }
  }
  package func erase(_ offset: UInt64) { flash.erase(area, UInt32(truncatingIfNeeded: offset)) }
  package func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    flash.write(area, UInt32(truncatingIfNeeded: offset), bytes)
  }
}

extension SimulatedFlash {
  /// The three areas, as the installer uses them.
  package var regions: InPlaceFlash<FlashHandle> {
    InPlaceFlash(
      slot: FlashHandle(self, .slot), spare: FlashHandle(self, .spare), checkpoint: FlashHandle(self, .checkpoint))
  }
}
