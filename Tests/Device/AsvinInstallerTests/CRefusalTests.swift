import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("Refusals of the interface for C")
struct CRefusalTests {
  static let (old, new) = (CInterfaceTests.old, CInterfaceTests.new)

  static func verify(_ device: CDevice, _ envelope: [UInt8], _ plan: inout asvin_plan) -> Int32 {
    unsafe asvin_verify(device.device, envelope, UInt32(envelope.count), &plan)
  }

  static func code(_ reason: Reason) -> Int32 { Int32(reason.rawValue) }

  @Test(arguments: [[0, 1], [1], [7]])
  func `A release of two components, or for another slot, is not for a device of one slot`(slots: [UInt64]) throws {
    let device = CStateTests.device()
    let release = try SignedRelease(slots.map { try SignedRelease.component($0, Self.new) })
    var plan = asvin_plan()
    #expect(Self.verify(device, release.envelope, &plan) == Self.code(.slotUnknown))
    #expect(plan.stream_bytes == 0 && plan.sequence == 0)
    #expect(
      Self.verify(device, try SignedRelease([SignedRelease.component(0, Self.new)]).envelope, &plan) == ASVIN_DONE)
  }

  @Test func `Only one answer of a device's own check is a yes`() throws {
    let device = CStateTests.device()
    let update = try Update(image: Self.new)
    var plan = asvin_plan()
    // What a library answers for an error, and what a glitch may leave.
    for answer in [-1, 2, .max, .min, 0] as [Int32] {
      var answer = answer
      unsafe withUnsafeMutablePointer(to: &answer) { answer in
        unsafe device.device.pointee.check_context = UnsafeMutableRawPointer(answer)
        unsafe device.device.pointee.check = { context, _, _, _, _, _, _ in
          unsafe context?.load(as: Int32.self) ?? 0
        }
        #expect(Self.verify(device, update.envelope, &plan) == Self.code(.badSignature))
      }
    }
  }

  /// An update that was begun.
  static func begun(_ device: CDevice, _ update: Update) -> Int32 {
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    let answer = verify(device, update.envelope, &plan)
    guard answer == ASVIN_DONE else { return answer }
    return unsafe asvin_begin(device.update, device.device, &plan, &offset)
  }

  @Test func `After a push that failed, nothing is taken any more`() throws {
    let device = CStateTests.device()
    let update = try Update(image: Self.new)
    #expect(Self.begun(device, update) == ASVIN_DONE)
    var changed = update.stream
    changed[3] ^= 1
    #expect(unsafe asvin_push(device.update, changed, 600) == Self.code(.linkDigestMismatch))
    #expect(unsafe asvin_push(device.update, update.stream, 600) == ASVIN_MISUSE)
    #expect(unsafe asvin_finish(device.update) == ASVIN_MISUSE)
  }

  @Test func `An update is finished once`() throws {
    let device = CStateTests.device()
    let update = try Update(image: Self.new)
    #expect(Self.begun(device, update) == ASVIN_DONE)
    #expect(unsafe asvin_push(device.update, update.stream, UInt32(update.stream.count)) == ASVIN_DONE)
    #expect(unsafe asvin_finish(device.update) == ASVIN_DONE)
    #expect(unsafe asvin_finish(device.update) == ASVIN_MISUSE)
    #expect(unsafe asvin_push(device.update, update.stream, 1) == ASVIN_MISUSE)
  }

  @Test func `A patch whose base is larger than the slot that it is read from is not begun`() throws {
    let device = CStateTests.device()
    let update = try Update(from: Self.old, to: Self.new)
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    #expect(Self.verify(device, update.envelope, &plan) == ASVIN_DONE)
    let running = unsafe UnsafeMutablePointer(mutating: device.device.pointee.running)
    unsafe running?.pointee.capacity = 3584
    let begun = unsafe asvin_begin(device.update, device.device, &plan, &offset)
    #expect(begun != ASVIN_DONE)
    unsafe device.device.pointee.running = nil
    let without = unsafe asvin_begin(device.update, device.device, &plan, &offset)
    #expect(without != ASVIN_DONE)
    #expect(device.regions[3].memory.bytes.allSatisfy { $0 == 0x5A })
  }

  @Test func `A target of flash that cannot be is misuse`() throws {
    let device = CStateTests.device()
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    #expect(Self.verify(device, try Update(image: Self.new).envelope, &plan) == ASVIN_DONE)
    let target = unsafe UnsafeMutablePointer(mutating: device.device.pointee.target)
    let sensible = unsafe target?.pointee ?? asvin_flash()
    for (what, capacity, block, unit) in [
      ("blocks of 128 bytes", 4096, 128, 8), ("no blocks", 4096, 0, 8), ("blocks of 768 bytes", 7680, 768, 8),
      ("units of 0 bytes", 4096, 512, 0), ("units of 24 bytes", 4096, 512, 24),
      ("units of 1024 bytes", 4096, 1024, 1024),
      ("half a block", 512, 1024, 8), ("eight blocks and a half", 4352, 512, 8), ("blocks of 256", 4096, 256, 8),
    ] as [(String, UInt32, UInt32, UInt32)] {
      unsafe target?.pointee.capacity = capacity
      unsafe target?.pointee.block_bytes = block
      unsafe target?.pointee.write_bytes = unit
      let image = unsafe asvin_begin_image(device.update, device.device, &plan, &offset)
      let patch = unsafe asvin_begin(device.update, device.device, &plan, &offset)
      #expect(image == ASVIN_MISUSE && patch == ASVIN_MISUSE, "\(what)")
    }
    unsafe target?.pointee = sensible
    unsafe target?.pointee.read = nil
    #expect(unsafe asvin_begin_image(device.update, device.device, &plan, &offset) == ASVIN_MISUSE)
    unsafe target?.pointee = sensible
    let answer = unsafe asvin_begin_image(device.update, device.device, &plan, &offset)
    #expect(answer == ASVIN_DONE)
  }
}
