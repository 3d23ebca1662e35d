import AsvinInstaller
import CAsvinDevice

/// Flash that is accessed by C functions. After one of them failed to write or to erase, none is called again in the
/// same call or the same update.
@safe
struct CRegion: FlashRegion {
  private let flash: UnsafePointer<asvin_flash>
  private let failed: UnsafeMutablePointer<Bool>
  private let lines: UnsafeMutablePointer<ReadLines>?

  /// - Parameter lines: where bytes are kept that were read, for a region whose bytes are asked for one by one.
  @unsafe
  init(
    _ flash: UnsafePointer<asvin_flash>, _ failed: UnsafeMutablePointer<Bool>,
    _ lines: UnsafeMutablePointer<ReadLines>? = nil
  ) {
    unsafe (self.flash, self.failed, self.lines) = (flash, failed, lines)
  }

  var capacity: UInt64 { unsafe UInt64(flash.pointee.capacity) }
  var blockBytes: UInt32 { unsafe flash.pointee.block_bytes }
  var writeBytes: UInt32 { unsafe flash.pointee.write_bytes }
  var hasFailed: Bool { unsafe failed.pointee }

  func byte(_ offset: UInt64) -> UInt8 {
    guard offset < capacity else { return 0 }
    if let lines = unsafe lines, let byte = unsafe lines.pointee.byte(UInt32(truncatingIfNeeded: offset), of: self) {
      return byte
    }
    var byte: UInt8 = 0
    _ = unsafe withUnsafeMutableBytes(of: &byte) { unsafe read(offset, into: $0) }
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
    if let lines = unsafe lines { unsafe lines.pointee.forget() }
    guard let erase = unsafe flash.pointee.erase else { return note(1) }
    note(unsafe erase(flash.pointee.context, UInt32(truncatingIfNeeded: offset)))
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    if let lines = unsafe lines { unsafe lines.pointee.forget() }
    guard bytes.count >= Int(writeBytes) else { return writeUnit(offset, bytes) }
    guard let write = unsafe flash.pointee.write else { return note(1) }
    let answer = unsafe bytes.withUnsafeBufferPointer { buffer in
      unsafe write(
        flash.pointee.context, UInt32(truncatingIfNeeded: offset), buffer.baseAddress,
        UInt32(truncatingIfNeeded: buffer.count))
    }
    note(answer)
  }

  /// Writes a record as a complete unit. A function of its own, because of its stack.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func writeUnit(_ offset: UInt64, _ record: Span<UInt8>) {
    unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { unit in
      unsafe record.withUnsafeBytes { record in unsafe unit.copyMemory(from: record) }
      write(offset, unsafe Span(_unsafeBytes: unit).extracting(first: Int(writeBytes)))
    }
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
    guard unsafe read != nil, block >= 512, block & (block &- 1) == 0 else { return false }
    return capacity >= block && capacity & (block &- 1) == 0 && unit &- 1 < 512 && unit & (unit &- 1) == 0
  }

  /// Whether it can hold records: two erase blocks.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var holdsRecords: Bool { unsafe isSensible && capacity >> 1 >= block_bytes }
}
