// A checkpoint that an attacker wrote, with a CRC that is right: where the spare blocks and the checkpoint are in a flash
// chip of their own, an attacker can reach its wires.
//
// Input: as for `patch-in-place`; the bytes that are damaged there are changed here. A change is among the first 512 bytes
// of a half, which hold everything but the statistics, or among its last 64.

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (what, blocks, pieces, power) = (input.byte(), input.byte(), Pieces(input.byte()), input.number())
  let changes = (0..<input.byte() & 7).map { _ in (input.number(), input.byte()) }
  let device = unsafe OverwritingDevice(what, blocks, pieces: pieces, patch: input.rest)
  let (area, bytes) = (unsafe device.flash.checkpoint, Int(PatchJournal<FlashArea>.halfBytes(device.header)))

  guard device.begin(cutAt: 1 + power) == .cut else { return 0 }
  for (place, byte) in changes {
    let offset = place & 512 == 0 ? place & 511 : bytes - 1 - place & 63
    for half in [0, area.count / 2] { unsafe area[half + offset] = byte }
  }
  for half in [0, area.count / 2] {
    var crc = CRC32()
    for index in 0..<bytes - 4 { unsafe crc.add(area[half + index]) }
    for index in 0..<4 {
      unsafe area[half + bytes - 4 + index] = UInt8(truncatingIfNeeded: crc.value >> UInt32(8 * index))
    }
  }
  require(device.resume(cutAt: 0) != .cut, "flash that has power does not fail")
  return 0
}
