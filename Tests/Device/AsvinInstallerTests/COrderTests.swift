import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("Updates that are refused, stale, or begun twice")
struct COrderTests {
  static let (old, new, other) = (CInterfaceTests.old, CInterfaceTests.new, CStateTests.other)

  @Test func `An update that is refused leaves what is pending alone`() throws {
    let device = try CRunningTests.pending()
    let large = try Update(image: InstallTests.noise(9000, seed: 81), sequence: 9)
    #expect(CInterfaceTests.install(device, large) == Int32(Reason.imageTooLarge.rawValue))
    device.regions[2].memory.bytes[5] ^= 1
    let patch = try Update(from: Self.old, to: Self.other, sequence: 9)
    #expect(CInterfaceTests.install(device, patch) == Int32(Reason.baseDigestMismatch.rawValue))
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
  }

  @Test func `A plan that the floor has passed is refused before the slot is erased`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    var plan = asvin_plan()
    #expect(CStateTests.verify(device, try Update(image: Self.new), &plan) == ASVIN_DONE)
    unsafe device.device.pointee.factory_floor = 8
    let slot = device.regions[3].memory.bytes
    var offset: UInt64 = 0
    let answer = unsafe asvin_begin(device.update, device.device, &plan, &offset)
    #expect(answer == Int32(Reason.sequenceNotAboveFloor.rawValue))
    #expect(unsafe asvin_push(device.update, [1], 1) == ASVIN_MISUSE)
    #expect(device.regions[3].memory.bytes == slot)
  }

  @Test func `An update that another one has replaced does not write to the slot any more`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let first = UnsafeMutablePointer<asvin_update>.allocate(capacity: 1)
    defer { unsafe first.deallocate() }
    let stale = try Update(image: Self.other)
    var (plan, offset) = (asvin_plan(), 0 as UInt64)
    #expect(CStateTests.verify(device, stale, &plan) == ASVIN_DONE)
    #expect(unsafe asvin_begin_image(first, device.device, &plan, &offset) == ASVIN_DONE)
    #expect(unsafe asvin_push(first, Array(stale.stream[..<600]), 600) == ASVIN_DONE)
    #expect(CInterfaceTests.install(device, try Update(image: Self.new, sequence: 9)) == ASVIN_DONE)
    let inUse = Int32(Reason.slotInUse.rawValue)
    let rest = Array(stale.stream[600...])
    #expect(unsafe asvin_push(first, rest, UInt32(rest.count)) == inUse)
    #expect(unsafe asvin_finish(first) == ASVIN_MISUSE)
    #expect(Array(device.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
  }

  @Test func `A journal that another, half-begun release replaced costs no wrong download`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let (first, second) = (try Update(image: Self.new), try Update(image: Self.other, sequence: 9))
    #expect(
      CInterfaceTests.install(device, first, stream: Array(first.stream[..<2200]))
        == Int32(Reason.payloadTruncated.rawValue))
    #expect(
      CInterfaceTests.install(device, second, stream: Array(second.stream[..<300]))
        == Int32(Reason.payloadTruncated.rawValue))
    #expect(CInterfaceTests.install(device, first) == ASVIN_DONE)
  }

  @Test func `A journal of another release, slot or payload is not resumed`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let (first, second) = (try Update(image: Self.new), try Update(image: Self.new, sequence: 9))
    #expect(
      CInterfaceTests.install(device, first, stream: Array(first.stream[..<2200]))
        == Int32(Reason.payloadTruncated.rawValue))
    var (plan, offset) = (asvin_plan(), 1 as UInt64)
    #expect(CStateTests.verify(device, second, &plan) == ASVIN_DONE)
    #expect(unsafe asvin_begin_image(device.update, device.device, &plan, &offset) == ASVIN_DONE)
    #expect(offset == 0)
  }
}
