import AsvinInstaller
import CAsvinDevice

/// Flash that C functions access. After a write or an erase has failed, nothing more is asked of it in the same call or
/// the same update.
@safe
struct CRegion: FlashRegion {
  private let flash: UnsafePointer<asvin_flash>
  private let failed: UnsafeMutablePointer<Bool>

  @unsafe
  init(_ flash: UnsafePointer<asvin_flash>, _ failed: UnsafeMutablePointer<Bool>) {
    unsafe (self.flash, self.failed) = (flash, failed)
  }

  var capacity: UInt64 { unsafe UInt64(flash.pointee.capacity) }
  var blockBytes: UInt32 { unsafe flash.pointee.block_bytes }
  var writeBytes: UInt32 { unsafe flash.pointee.write_bytes }
  var hasFailed: Bool { unsafe failed.pointee }

  func byte(_ offset: UInt64) -> UInt8 {
    var byte: UInt8 = 0
    guard offset < capacity, let read = unsafe flash.pointee.read else { return 0 }
    _ = unsafe read(flash.pointee.context, UInt32(truncatingIfNeeded: offset), &byte, 1)
    return byte
  }

  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    guard let read = unsafe flash.pointee.read else { return false }
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    let count = UInt32(truncatingIfNeeded: bytes.count)
    return unsafe read(flash.pointee.context, UInt32(truncatingIfNeeded: offset), start, count) == 0
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func erase(_ offset: UInt64) {
    guard let erase = unsafe flash.pointee.erase else { return note(1) }
    note(unsafe erase(flash.pointee.context, UInt32(truncatingIfNeeded: offset)))
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    guard let write = unsafe flash.pointee.write else { return note(1) }
    let answer = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe write(
        flash.pointee.context, UInt32(truncatingIfNeeded: offset), buffer.baseAddress,
        UInt32(truncatingIfNeeded: buffer.count))
    }
    note(answer)
  }

  /// Notes a failure, after which nothing more is asked of the flash.
  func fail() { unsafe failed.pointee = true }

  private func note(_ answer: Int32) {
    if answer != 0 { unsafe failed.pointee = true }
  }
}

extension asvin_flash {
  /// Whether its sizes are valid.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var isSensible: Bool {
    let (capacity, block, unit) = unsafe (self.capacity, block_bytes, write_bytes)
    guard unsafe read != nil, block >= 256, block & (block &- 1) == 0 else { return false }
    return capacity >= block && capacity & (block &- 1) == 0 && unit > 0 && unit <= 256 && unit & (unit &- 1) == 0
  }

  /// Whether it can hold records: two erase blocks, and units of which a record is a multiple.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var holdsRecords: Bool { unsafe isSensible && capacity >> 1 >= block_bytes && write_bytes <= 128 }
}
