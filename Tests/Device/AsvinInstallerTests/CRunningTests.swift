import AsvinVerifier
import AsvinDeviceC
import CAsvinDevice
import Testing

@Suite("The running image, for a firmware in C")
struct CRunningTests {
  static let (old, new, other) = (CInterfaceTests.old, CInterfaceTests.new, CStateTests.other)

  /// A device on which release 8 is pending in slot 1.
  static func pending() throws -> CDevice {
    let device = CDevice(running: old, room: new.count)
    #expect(CInterfaceTests.install(device, try Update(image: new)) == ASVIN_DONE)
    return device
  }

  @Test(arguments: [old, nil])
  func `The old image cannot confirm the new release`(image: [UInt8]?) throws {
    let device = try Self.pending()
    #expect(device.boot(0, image) == (ASVIN_REVERTED, 0))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_MISUSE)
    #expect(device.floor == 7)
    // It is installed again, from what is in its slot.
    #expect(CInterfaceTests.install(device, try Update(image: Self.new)) == ASVIN_DONE)
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
  }

  @Test func `Another image in the candidate's slot cannot confirm it`() throws {
    let device = try Self.pending()
    #expect(device.boot(1, Self.other) == (ASVIN_REVERTED, 0))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_MISUSE)
    #expect(device.floor == 7)
  }

  @Test func `A bootloader that follows the state gets the slot, and the update confirms itself`() throws {
    let device = try Self.pending()
    #expect(device.boot(nil) == (ASVIN_TRIAL, 1))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_MISUSE)
    device.runs(1, Self.new)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
    #expect(device.boot(nil) == (ASVIN_CONFIRMED, 1))
  }

  @Test func `Confirming when nothing is on trial is misuse, and raises nothing`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_MISUSE)
    #expect(device.boot(0, Self.old) == (ASVIN_CONFIRMED, 0))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_MISUSE)
    #expect(device.floor == 7)
  }

  @Test func `A second asvin_boot in a start does not revert`() throws {
    let device = try Self.pending()
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
  }

  @Test(arguments: [true, false])
  func `After a revert or a confirmation, an update cannot erase the slot that runs`(confirms: Bool) throws {
    let device = try Self.pending()
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(unsafe (confirms ? asvin_confirm(device.device) : asvin_revert(device.device)) == ASVIN_DONE)
    // A firmware whose slots are still those of the start before.
    device.runs(0)
    #expect(CInterfaceTests.install(device, try Update(image: Self.other, sequence: 9)) == ASVIN_MISUSE)
    #expect(Array(device.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
    device.runs(1, Self.new)
    let answer = CInterfaceTests.install(device, try Update(image: Self.other, sequence: 9))
    #expect(answer == (confirms ? ASVIN_DONE : ASVIN_MISUSE))
  }

  @Test func `A lost confirmation of the bootloader leaves no way to an older release`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    #expect(CInterfaceTests.install(device, try Update(image: Self.new, sequence: 9)) == ASVIN_DONE)
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    // The bootloader keeps slot 1, and power is lost before asvin_confirm.
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(CInterfaceTests.install(device, try Update(image: Self.other, sequence: 8)) == ASVIN_MISUSE)
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
    #expect(device.floor == 9)
  }

  @Test func `A release whose image already runs is adopted, once`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let update = try Update(image: Self.old, sequence: 9)
    var plan = asvin_plan()
    #expect(CStateTests.verify(device, update, &plan) == ASVIN_DONE && plan.is_installed == 1)
    #expect(unsafe asvin_adopt(device.device, &plan) == ASVIN_DONE)
    #expect(device.floor == 9)
    #expect(unsafe asvin_adopt(device.device, &plan) == Int32(Reason.sequenceNotAboveFloor.rawValue))
  }

  @Test func `An image that the slot does not hold is not adopted`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    var plan = asvin_plan()
    #expect(CStateTests.verify(device, try Update(image: Self.old, sequence: 9), &plan) == ASVIN_DONE)
    device.regions[2].memory.bytes[17] ^= 1
    #expect(unsafe asvin_adopt(device.device, &plan) == ASVIN_MISUSE)
    #expect(device.floor == 7)
  }

  @Test func `The factory's floor holds against a record that is lower`() throws {
    let device = try Self.pending()
    #expect(device.boot(1, Self.new) == (ASVIN_TRIAL, 1))
    #expect(unsafe asvin_confirm(device.device) == ASVIN_DONE)
    unsafe device.device.pointee.factory_floor = 100
    #expect(device.floor == 100)
    let update = try Update(image: Self.other, sequence: 100)
    #expect(CInterfaceTests.install(device, update) == Int32(Reason.sequenceNotAboveFloor.rawValue))
  }

  @Test(arguments: 0..<4, 0..<4)
  func `Regions that overlap or are the same are misuse, in every pair`(one: Int, other: Int) throws {
    guard one != other else { return }
    let device = CDevice(running: Self.old, room: Self.new.count)
    let update = try Update(image: Self.new)
    let regions = unsafe [
      device.device.pointee.state, device.device.pointee.journal, device.device.pointee.running,
      device.device.pointee.target,
    ]
    guard let left = unsafe regions[one], let right = unsafe regions[other] else { return }
    let place = unsafe UnsafeMutablePointer(mutating: left)
    let (start, end) = unsafe (right.pointee.start, right.pointee.start + right.pointee.capacity)
    for wrong in unsafe [start, end - 1, start + 1 - left.pointee.capacity] {
      unsafe place.pointee.start = wrong
      #expect(CInterfaceTests.install(device, update) == ASVIN_MISUSE, "\(wrong)")
    }
    #expect(device.regions.allSatisfy { $0.power.operations == 0 })
    unsafe place.pointee.start = 7 << 20
    #expect(CInterfaceTests.install(device, update) == ASVIN_DONE)
  }

  @Test func `Equal slot numbers, memory that is not aligned, and a slot that cannot be read are misuse`() throws {
    let device = CDevice(running: Self.old, room: Self.new.count)
    let complete = unsafe device.device.pointee
    unsafe device.device.pointee.target_slot = device.device.pointee.running_slot
    #expect(unsafe asvin_floor(device.device, nil, nil) == ASVIN_MISUSE)
    unsafe device.device.pointee = complete
    unsafe device.device.pointee.memory += 4
    #expect(unsafe asvin_floor(device.device, nil, nil) == ASVIN_MISUSE)
    unsafe device.device.pointee = complete
    let running = unsafe UnsafeMutablePointer(mutating: device.device.pointee.running)
    unsafe running?.pointee.read = nil
    #expect(CInterfaceTests.install(device, try Update(from: Self.old, to: Self.new)) == ASVIN_MISUSE)
  }
}
