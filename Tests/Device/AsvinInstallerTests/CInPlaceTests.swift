import AsvinPatch
import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("Installing in place by a firmware in C")
struct CInPlaceTests {
  static let (old, new) = (CInterfaceTests.old, CInterfaceTests.new)
  static let blockBytes = 2048
  static let inPlace = Windows.InPlace(blockBits: 11, spareBlocks: 1)

  static func code(_ reason: Reason) -> Int32 { Int32(reason.rawValue) }

  static func device() -> CDevice {
    let device = CDevice(running: old, room: new.count, blockBytes: blockBytes)
    device.rewrites(old)
    return device
  }

  static func update(_ inPlace: Windows.InPlace = inPlace, from base: [UInt8] = old) throws -> Update {
    try Update(from: base, to: new, inPlace: inPlace, andImage: true)
  }

  /// A start by the updater: the answer, and the slot that is to run.
  static func boot(_ device: CDevice) -> (answer: Int32, slot: UInt32) {
    var slot: UInt32 = 99
    let answer = unsafe asvin_boot(device.device, &slot)
    return (answer, slot)
  }

  /// What a refusal answers. Nothing is erased or written.
  static func refusal(_ update: Update? = nil, change: (CDevice) -> Void = { _ in }) throws -> Int32 {
    let device = device()
    let update = try update ?? Self.update()
    change(device)
    let before = device.regions[2...5].map(\.memory.bytes)
    let answer = CInterfaceTests.install(device, update, inPlace: true)
    #expect(device.regions[2...5].map(\.memory.bytes) == before)
    #expect(boot(device) == (ASVIN_CONFIRMED, 0))
    return answer
  }

  /// A device whose power was lost in an update, when most of the slot was written.
  static func interrupted(_ update: Update) throws -> CDevice {
    let complete = device()
    #expect(CInterfaceTests.install(complete, update, inPlace: true) == ASVIN_DONE)
    let device = device()
    let power = device.regions[0].power
    power.cutAt = complete.regions[0].power.operations * 3 / 4
    #expect(CInterfaceTests.install(device, update, inPlace: true) == code(.flashFailed))
    power.restart()
    #expect(boot(device) == (ASVIN_CONFIRMED, ASVIN_NO_SLOT))
    return device
  }

  @Test func `A release goes over the image that it is made from, is tried, and is confirmed`() throws {
    let device = Self.device()
    #expect(Self.boot(device) == (ASVIN_CONFIRMED, 0))
    #expect(CInterfaceTests.install(device, try Self.update(), inPlace: true) == ASVIN_DONE)
    #expect(Array(device.regions[2].memory.bytes[..<Self.new.count]) == Self.new)
    #expect(Self.boot(device) == (ASVIN_TRIAL, 0))
    device.runs(0, Self.new)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
    #expect(device.floor == 8)
    device.rewrites(Self.new)
    #expect(Self.boot(device) == (ASVIN_CONFIRMED, 0))
    #expect(device.regions[0].power.violation == nil)
  }

  @Test func `A complete image goes over the old one too`() throws {
    let device = Self.device()
    #expect(CInterfaceTests.install(device, try Update(image: Self.new), inPlace: true) == ASVIN_DONE)
    #expect(Self.boot(device) == (ASVIN_TRIAL, 0))
    #expect(Array(device.regions[2].memory.bytes[..<Self.new.count]) == Self.new)
  }

  @Test func `A compressed image is refused with a code about the payload`() throws {
    #expect(try Self.refusal(Update(from: [], to: Self.new)) == Self.code(.noUsablePayload))
  }

  @Test func `While the slot is rewritten there is nothing to start, and the base is known`() throws {
    let update = try Self.update()
    let device = try Self.interrupted(update)
    let (size, digest) = (unsafe device.device.pointee.running_bytes, unsafe device.device.pointee.running_digest)
    var (bytes, base) = (0 as UInt32, [UInt8](repeating: 0, count: 32))
    #expect(unsafe asvin_base(Self.device().device, &bytes, &base) == ASVIN_MISUSE)
    #expect(unsafe asvin_revert(device.device) == ASVIN_DONE)
    #expect(Self.boot(device) == (ASVIN_CONFIRMED, ASVIN_NO_SLOT))
    #expect(unsafe asvin_base(device.device, &bytes, &base) == ASVIN_DONE && bytes == size)
    unsafe withUnsafeBytes(of: digest) { digest in #expect(unsafe base.elementsEqual(digest)) }
    #expect(CInterfaceTests.install(device, update, inPlace: true) == ASVIN_DONE)
    #expect(Array(device.regions[2].memory.bytes[..<Self.new.count]) == Self.new)
  }

  @Test(arguments: [8, 9])
  func `A half-written slot takes a complete image, of the same release or of a later one`(sequence: UInt64) throws {
    let update = try Self.update()
    let device = try Self.interrupted(update)
    // The checkpoint is lost: nothing can be resumed, and the base is gone.
    device.regions[5].memory.bytes = device.regions[5].memory.bytes.map { _ in 0 }
    #expect(CInterfaceTests.install(device, update, inPlace: true) == Self.code(.baseDigestMismatch))
    #expect(
      CInterfaceTests.install(device, try Update(image: Self.new, sequence: sequence), inPlace: true) == ASVIN_DONE)
    #expect(Self.boot(device) == (ASVIN_TRIAL, 0))
  }

  @Test
  func `An update that is not confirmed is dropped: nothing can start, and another release is installed`() throws {
    let device = Self.device()
    #expect(CInterfaceTests.install(device, try Self.update(), inPlace: true) == ASVIN_DONE)
    for _ in 0..<3 { #expect(Self.boot(device) == (ASVIN_TRIAL, 0)) }
    #expect(Self.boot(device) == (ASVIN_REVERTED, ASVIN_NO_SLOT))
    #expect(Self.boot(device) == (ASVIN_CONFIRMED, ASVIN_NO_SLOT))
    #expect(device.floor == 7)
    device.rewrites(nil)
    let next = try Update(image: Self.old, sequence: 9)
    #expect(CInterfaceTests.install(device, next, inPlace: true) == ASVIN_DONE)
    #expect(Self.boot(device) == (ASVIN_TRIAL, 0))
  }

  @Test func `An old checkpoint of the same patch is not written over an image that is intact`() throws {
    let device = Self.device()
    let update = try Self.update()
    #expect(CInterfaceTests.install(device, update, inPlace: true) == ASVIN_DONE)
    let checkpoint = device.regions[5].memory.bytes
    let again = Self.device()
    again.regions[5].memory.bytes = checkpoint
    again.regions[2].memory.bytes[100] ^= 1
    let slot = again.regions[2].memory.bytes
    #expect(CInterfaceTests.install(again, update, inPlace: true) == Self.code(.baseDigestMismatch))
    #expect(again.regions[2].memory.bytes == slot)
    again.regions[2].memory.bytes[100] ^= 1
    #expect(CInterfaceTests.install(again, update, inPlace: true) == ASVIN_DONE)
  }

  @Test func `A device without one of the regions is refused`() throws {
    let image = try Update(image: Self.new)
    #expect(try Self.refusal(image) { unsafe $0.device.pointee.spare = nil } == ASVIN_MISUSE)
    #expect(try Self.refusal(image) { unsafe $0.device.pointee.checkpoint = nil } == ASVIN_MISUSE)
    #expect(try Self.refusal(image) { unsafe $0.device.pointee.target = nil } == ASVIN_MISUSE)
    #expect(try Self.refusal(image) { unsafe $0.flashes[4].read = nil } == ASVIN_MISUSE)
    #expect(try Self.refusal(image) { unsafe $0.flashes[5].read = nil } == ASVIN_MISUSE)
  }

  @Test func `Regions that are too small, or have other erase blocks, are refused`() throws {
    let mismatch = Self.code(.flashGeometryMismatch)
    // Half of the checkpoint region is one erase block too small.
    #expect(try Self.refusal { unsafe $0.flashes[5].capacity = 28_672 } == mismatch)
    let block = UInt32(Self.blockBytes)
    #expect(try Self.refusal(Self.update(Windows.InPlace(blockBits: 11, spareBlocks: 2))) == mismatch)
    #expect(try Self.refusal(Self.update(Windows.InPlace(blockBits: 12, spareBlocks: 1))) == mismatch)
    #expect(try Self.refusal { unsafe $0.flashes[2].capacity = block } == Self.code(.imageTooLarge))
    for index in [4, 5] {
      #expect(try Self.refusal { unsafe $0.flashes[index].block_bytes = 1024 } == ASVIN_MISUSE)
      #expect(try Self.refusal { unsafe $0.flashes[index].capacity = block / 2 } == ASVIN_MISUSE)
    }
  }

  @Test(arguments: [4, 5])
  func `Regions that overlap any other one are refused`(index: Int) {
    for other in 0..<6 where other != index && other != 3 {
      let device = Self.device()
      unsafe device.flashes[index].start = device.flashes[other].start &+ device.flashes[other].capacity &- 1
      var slot: UInt32 = 0
      #expect(unsafe asvin_boot(device.device, &slot) == ASVIN_MISUSE, "\(other)")
      unsafe device.flashes[index].start = device.flashes[other].start &+ device.flashes[other].capacity
      #expect(unsafe asvin_boot(device.device, &slot) == ASVIN_CONFIRMED, "\(other)")
    }
  }

  @Test(arguments: [0, 2000, 3999])
  func `A base that differs in one bit is refused, each time`(offset: Int) throws {
    #expect(
      try Self.refusal { $0.regions[2].memory.bytes[offset] ^= 1 } == Self.code(.baseDigestMismatch))
  }

  @Test func `A patch from another base is not chosen`() throws {
    #expect(CPayloadTests.payload(Self.device(), try Self.update(from: Self.new)) == 1)
  }

  @Test func `The slot that runs is not rewritten, nor the fallback of an update on trial`() throws {
    let device = Self.device()
    let update = try Self.update()
    unsafe device.device.pointee.target_slot = 0
    unsafe device.device.pointee.running_slot = 0
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    unsafe device.device.pointee.running_slot = ASVIN_NO_SLOT
    #expect(CStateTests.verify(device, update, &plan) == ASVIN_DONE)
    unsafe device.device.pointee.running_slot = 0
    #expect(unsafe asvin_begin_in_place(device.inPlaceUpdate, device.device, &plan, &offset) == ASVIN_MISUSE)
    // Slot 1 is on trial, and 0 is what it falls back to.
    device.runs(0, Self.old)
    #expect(CInterfaceTests.install(device, try Update(image: Self.new)) == ASVIN_DONE)
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    device.rewrites(Self.old)
    #expect(CInterfaceTests.install(device, try Update(image: Self.new, sequence: 9), inPlace: true) == ASVIN_MISUSE)
    #expect(device.regions[2].memory.bytes.starts(with: Self.old))
  }

  @Test func `A state that cannot be written stops the update before the first erase of the slot`() throws {
    let device = Self.device()
    unsafe device.flashes[0].write = { _, _, _, _ in 1 }
    #expect(CInterfaceTests.install(device, try Self.update(), inPlace: true) == Self.code(.flashFailed))
    #expect(device.regions[2].memory.bytes.starts(with: Self.old))
  }

  @Test func `A release that is not above the floor is refused when it begins`() throws {
    let device = Self.device()
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    #expect(CStateTests.verify(device, try Self.update(), &plan) == ASVIN_DONE)
    unsafe device.device.pointee.factory_floor = 8
    let answer = unsafe asvin_begin_in_place(device.inPlaceUpdate, device.device, &plan, &offset)
    #expect(answer == Self.code(.sequenceNotAboveFloor))
  }
}
