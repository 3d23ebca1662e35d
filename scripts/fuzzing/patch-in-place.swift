// A patch that is written over its base: without a cut, with power lost twice, and with damage to the checkpoint.
//
// Input: the test (`OverwritingDevice`, and bit 5: cut the power, bit 6: damage as well), blocks (`OverwritingDevice`), the
// sizes of the pieces, where power is lost (two bytes), the damage (a count, then three bytes each), and the patch without
// its header.

private nonisolated(unsafe) let expected = unsafe memory(Flash.slotBytes)

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (what, blocks, pieces, power) = (input.byte(), input.byte(), Pieces(input.byte()), input.number())
  let damage = (0..<input.byte() & 7).map { _ in (input.number(), input.byte()) }
  let device = unsafe OverwritingDevice(what, blocks, pieces: pieces, patch: input.rest)
  let flash = device.flash

  let whole = device.begin()
  require(whole != .cut, "flash that has power does not fail")
  guard what & 0x60 != 0 else { return 0 }
  unsafe expected.copyMemory(from: UnsafeRawBufferPointer(flash.slot))
  let operations = flash.operations
  require(device.begin(cutAt: 1 + power % operations) == .cut, "power is lost at one of the operations")
  if what & 64 != 0 {
    let area = unsafe flash.checkpoint
    for (place, byte) in damage { unsafe area[place % area.count] = byte }
  }
  let resumed = device.resume(cutAt: power / operations)
  require(resumed != .cut, "flash that has power does not fail")
  guard case .done(let size) = whole, what & 64 == 0 else { return 0 }
  require(resumed == whole, "a patch ends the same wherever power is lost")
  for index in 0..<Int(size) { require(unsafe flash.slot[index] == expected[index], "and gives the same result") }
  return 0
}
