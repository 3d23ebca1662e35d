// A journal, and the state of a device, as a loss of power or aging flash may leave them.
//
// Input: the test (bit 0: the stream is sealed), the length of the payload in two bytes, and the content of the region: of
// each record whether its checksum holds (bit 7), its kind (bit 6), its place and its number, and a number of bytes of its
// content.

private nonisolated(unsafe) let room = unsafe memory(544)
private let payload: [UInt8] = (0..<2048).map { UInt8(truncatingIfNeeded: $0 &* 11 ^ $0 >> 3) }
private nonisolated(unsafe) var known: [Int: Sealed] = [:]

/// CRC-32 as in IEEE 802.3, so that a record of the fuzzer can be intact.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  var crc = CRC32()
  for byte in bytes { crc.add(byte) }
  return crc.value
}

/// The regions, alike, because the content of one may be any structure in the other one.
private func region(_ input: inout Input) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xFF, count: 1024)
  var records = 0
  while !input.isEmpty, records < 8 {
    let (what, number, count) = (input.byte(), UInt32(input.byte()), Int(input.byte()))
    var record = [UInt8](repeating: 0, count: 120)
    for index in 0..<min(count, 120) { record[index] = input.byte() }
    for shift in 0..<4 as Range<UInt32> {
      record.append(UInt8(truncatingIfNeeded: number &* 0x0101_0001 &>> (8 &* shift)))
    }
    let kind = what & 0x40 == 0 ? RecordKind.state : .progress
    let sum = checksum(record[...]) ^ kind.rawValue ^ (what & 0x80 == 0 ? 0 : 1)
    for shift in 0..<4 as Range<UInt32> { record.append(UInt8(truncatingIfNeeded: sum &>> (8 &* shift))) }
    let place = Int(what & 7) * 128
    for index in record.indices { bytes[place + index] = record[index] }
    records += 1
  }
  return bytes
}

/// Whether a half of the region has a record after an erased place.
private func hasHole(_ bytes: [UInt8]) -> Bool {
  [0, 512].contains { half in
    let places = stride(from: half, to: half + 512, by: 128).map { bytes[$0..<$0 + 128].contains { $0 != 0xFF } }
    return zip(places, places.dropFirst()).contains { !$0 && $1 }
  }
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (what, length) = (input.byte(), 1 + input.number() & 2047)
  let image = Array(payload[..<length])
  let sealed = unsafe known[length] ?? Sealed(image)
  unsafe known[length] = sealed
  let isSealed = what & 1 == 0
  let stream = isSealed ? sealed.stream : image
  let plan = InstallPlan(image, firstLink: isSealed ? sealed.firstLink : nil)
  let block = Block(1024)
  block.bytes = region(&input)

  // A device that starts with any state, and does all that it may.
  let states = MemoryRegion(block: Block(1024))
  states.block.bytes = block.bytes
  let factory = FactoryState(floor: 3, sequence: 3)
  func state(_ running: RunningImage) -> BootState<MemoryRegion> {
    BootState(states, running: running, factory: factory)
  }
  let running = what & 2 == 0 ? RunningImage(slot: UInt32(what >> 2 & 1)) : .nothing
  var first = state(running)
  let (floor, candidate) = (first.floor, first.candidate)
  // No device writes a record after an erased place. A forged one there is found when the place is written.
  let hasHole = hasHole(block.bytes)
  require(floor >= 3, "the factory's floor holds")
  let start = try? first.begin()  // flash in memory does not fail
  if case .trial(let slot)? = start {
    var update = state(RunningImage(slot: slot))
    let isConfirmed = (try? update.confirm()) == true  // as above
    let isRight = isConfirmed == (slot == candidate?.slot && slot != .max) && update.floor >= floor
    require(hasHole || isRight, "the candidate alone confirms itself, and the floor does not sink")
  }
  var again = state(running)
  require(again.floor >= (hasHole ? 3 : floor), "a restart knows what was known")
  let isGivenUp = (try? again.revert()) != nil  // as above
  require(isGivenUp && again.phase != .pending && again.phase != .trial, "what is given up is not tried")

  // An installation that goes on from any journal: it ends with the image, or finds out that it does not.
  let slot = MemoryRegion(block: Block(2048, holding: 0x5A))
  for _ in 0..<2 {
    do throws(InstallError) {
      var installer = try unsafe Installer(
        plan, into: slot, journal: MemoryRegion(block: block), hash: SHA256.self, patching: NoPatches(), memory: room)
      let offset = Int(installer.offset)
      require(offset < stream.count, "it goes on within the stream")
      try installer.push(stream.span.extracting(droppingFirst: offset))
      _ = try installer.finish()
      require(Array(slot.block.bytes[..<length]) == image, "what is installed is the image")
      return 0
    } catch {
      continue
    }
  }
  // A journal that leads astray twice is started anew after the first time, but for one that a block does not fit.
  return 0
}
