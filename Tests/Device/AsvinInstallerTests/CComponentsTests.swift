import AsvinDeviceC
import AsvinVerifier
import CAsvinDevice
import Testing

/// A device of two components, as a firmware in C has it: both start from the same slot or neither does.
@safe
private final class TwoComponents {
  let first: CDevice
  let second: CDevice
  let array = UnsafeMutablePointer<asvin_device>.allocate(capacity: 2)

  init(running images: [[UInt8]], room: Int) {
    first = CDevice(running: images[0], room: room)
    second = CDevice(running: images[1], room: room, power: first.regions[0].power)
    unsafe array.initialize(repeating: first.device.pointee, count: 2)
    // The slots of the second component are in other flash; state and journal are those of the first one.
    for index in 2..<4 { unsafe second.flashes[index].start = UInt32(index + 9) << 20 }
    unsafe array[1].slot = 1
    unsafe (array[1].running_bytes, array[1].running_digest) = (
      second.device.pointee.running_bytes, second.device.pointee.running_digest
    )
    for index in 0..<2 { unsafe (array[index].components, array[index].component_count) = (UnsafePointer(array), 2) }
    runs(0)
  }

  deinit { unsafe array.deallocate() }

  func runs(_ slot: Int) {
    for (index, device) in [first, second].enumerated() {
      unsafe (array[index].running_slot, array[index].target_slot) = (UInt32(slot), UInt32(1 - slot))
      unsafe array[index].running = UnsafePointer(device.flashes + 2 + slot)
      unsafe array[index].target = UnsafePointer(device.flashes + 3 - slot)
    }
  }

  func boot(_ slot: Int) -> (answer: Int32, slot: UInt32) {
    runs(slot)
    // The slot decides which image runs.
    unsafe array[0].running_bytes = 0
    var next: UInt32 = 99
    return unsafe (asvin_boot(array, &next), next)
  }

  func verify(_ component: Int, _ update: Update, _ plan: inout asvin_plan) -> Int32 {
    unsafe asvin_verify_component(array + component, update.envelope, UInt32(update.envelope.count), &plan)
  }

  /// Fetches a component; the first answer that is not ASVIN_DONE, or that.
  func fetch(_ component: Int, _ update: Update, _ plan: asvin_plan) -> Int32 {
    var (plan, offset) = (plan, 0 as UInt64)
    let answer = unsafe asvin_begin(first.update, array + component, &plan, &offset)
    guard answer == ASVIN_DONE else { return answer }
    let rest = Array(update.stream[Int(offset)...])
    let pushed = unsafe asvin_push(first.update, rest, UInt32(rest.count))
    return pushed == ASVIN_DONE ? unsafe asvin_finish(first.update) : pushed
  }

  func activate(_ plans: [asvin_plan]) -> Int32 { unsafe asvin_activate(array, plans) }
}

@Suite("Several components in C") struct CComponentsTests {
  static let old = InstallTests.noise(3000, seed: 71)
  static let new = InstallTests.noise(3000, seed: 72)

  private static func device() -> TwoComponents { TwoComponents(running: [old, old], room: new.count) }
  static func release(_ sequence: UInt64 = 8) throws -> Update {
    try Update(image: new, sequence: sequence, slots: [0, 1])
  }

  private static func plans(_ device: TwoComponents, _ update: Update) -> [asvin_plan] {
    var plans = [asvin_plan(), asvin_plan()]
    for index in 0..<2 { #expect(device.verify(index, update, &plans[index]) == ASVIN_DONE) }
    return plans
  }

  @Test func `Both components are installed, tried and confirmed together`() throws {
    let (device, update) = (Self.device(), try Self.release())
    #expect(device.boot(0) == (ASVIN_CONFIRMED, 0))
    let plans = Self.plans(device, update)
    #expect(plans.map(\.count) == [2, 2] && plans.map(\.number) == [0, 1] && plans.map(\.payload) == [0, 0])
    #expect(plans.map(\.is_installed) == [0, 0] && plans.map(\.is_sealed) == [1, 1])
    #expect(plans.map(\.image_bytes) == [3000, 3000])
    for index in 0..<2 { #expect(device.fetch(index, update, plans[index]) == ASVIN_DONE) }
    #expect(device.boot(0) == (ASVIN_CONFIRMED, 0), "nothing is activated yet")
    #expect(device.activate(plans) == ASVIN_DONE)
    #expect(Self.plans(device, update).map(\.is_pending) == [1, 1])
    #expect(device.boot(1) == (ASVIN_TRIAL, 1))
    #expect(unsafe asvin_confirm(device.array) == ASVIN_DONE)
    #expect(device.boot(1) == (ASVIN_CONFIRMED, 1))
    for region in [device.first.regions[3], device.second.regions[3]] {
      #expect(Array(region.memory.bytes[..<Self.new.count]) == Self.new && region.power.violation == nil)
    }
  }

  @Test func `Nothing is activated while a component is missing or changed`() throws {
    let (device, update) = (Self.device(), try Self.release())
    let plans = Self.plans(device, update)
    let mismatch = Int32(Reason.imageDigestMismatch.rawValue)
    #expect(device.fetch(0, update, plans[0]) == ASVIN_DONE)
    #expect(unsafe asvin_check_target(device.array, [plans[0]]) == ASVIN_DONE)
    #expect(unsafe asvin_check_target(device.array + 1, [plans[1]]) == mismatch)
    #expect(device.activate(plans) == mismatch)
    #expect(device.activate([plans[0], plans[0]]) == ASVIN_MISUSE, "one component twice")
    #expect(device.fetch(1, update, plans[1]) == ASVIN_DONE)
    device.second.regions[3].memory.bytes[2999] ^= 1
    #expect(device.activate(plans) == mismatch)
    device.second.regions[3].memory.bytes[2999] ^= 1
    let other = Self.plans(device, try Self.release(9))
    #expect(device.activate([plans[0], other[1]]) == Int32(Reason.componentMissing.rawValue), "two releases")
    #expect(device.boot(0) == (ASVIN_CONFIRMED, 0))
    #expect(device.activate(plans) == ASVIN_DONE)
  }

  @Test func `A component that the release leaves as it is, is copied`() throws {
    let device = TwoComponents(running: [Self.old, Self.new], room: Self.new.count)
    let update = try Self.release()
    let plans = Self.plans(device, update)
    #expect(plans.map(\.is_installed) == [0, 1] && plans.map(\.is_pending) == [0, 0])
    #expect(unsafe asvin_copy(device.array, [plans[0]]) == ASVIN_MISUSE, "the other one is not installed")
    #expect(device.fetch(0, update, plans[0]) == ASVIN_DONE)
    #expect(unsafe asvin_copy(device.array + 1, [plans[1]]) == ASVIN_DONE)
    #expect(device.activate(plans) == ASVIN_DONE)
    #expect(device.boot(1) == (ASVIN_TRIAL, 1))
    #expect(Array(device.second.regions[3].memory.bytes[..<Self.new.count]) == Self.new)
  }

  @Test func `A copy that cannot be read or does not fit is refused`() throws {
    let device = TwoComponents(running: [Self.old, Self.new], room: Self.new.count)
    let plans = Self.plans(device, try Self.release())
    device.second.regions[2].memory.unreadable = [700]
    #expect(unsafe asvin_copy(device.array + 1, [plans[1]]) == Int32(Reason.imageDigestMismatch.rawValue))
    device.second.regions[2].memory.unreadable = []
    unsafe device.second.flashes[3].capacity = 512
    #expect(unsafe asvin_copy(device.array + 1, [plans[1]]) == Int32(Reason.imageTooLarge.rawValue))
  }

  @Test func `A release that lacks a component, or has another one, is refused`() throws {
    let device = Self.device()
    var plan = asvin_plan()
    #expect(device.verify(0, try Update(image: Self.new), &plan) == Int32(Reason.componentMissing.rawValue))
    let three = try Update(image: Self.new, slots: [0, 1, 2])
    #expect(device.verify(0, three, &plan) == Int32(Reason.slotUnknown.rawValue))
    #expect(plan.stream_bytes == 0)
  }

  @Test func `A device whose components contradict each other is misuse`() throws {
    let update = try Self.release()
    var plan = asvin_plan()
    let changes: [(TwoComponents) -> Void] = [
      { unsafe $0.array[1].slot = 0 }, { unsafe $0.array[1].slot = 32 }, { unsafe $0.array[0].component_count = 1 },
      { unsafe $0.array[0].component_count = 9 }, { unsafe $0.array[1].target = $0.array[0].running },
      { unsafe $0.array[1].running = $0.array[0].target }, { unsafe $0.array[1].components = nil },
    ]
    for (number, change) in changes.enumerated() {
      let device = Self.device()
      change(device)
      #expect(device.verify(0, update, &plan) == ASVIN_MISUSE, "\(number)")
      #expect(device.activate([plan, plan]) == ASVIN_MISUSE, "\(number)")
    }
    let device = Self.device()
    let count = UInt32(update.envelope.count)
    #expect(unsafe asvin_verify(device.array, update.envelope, count, &plan) == ASVIN_MISUSE)
    unsafe device.array[0].memory_bytes = 300
    #expect(device.activate(Self.plans(Self.device(), update)) == ASVIN_MISUSE)
  }

  /// One life between two restarts; ASVIN_DONE where both components are activated.
  private static func live(_ device: TwoComponents, _ update: Update) -> Int32 {
    let (answer, slot) = device.boot(0)
    guard answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED else { return answer }
    #expect(slot == 0)
    let plans = plans(device, update)
    for index in 0..<2 where unsafe asvin_check_target(device.array + index, [plans[index]]) != ASVIN_DONE {
      let answer = device.fetch(index, update, plans[index])
      guard answer == ASVIN_DONE else { return answer }
    }
    return device.activate(plans)
  }

  @Test func `Power that is lost anywhere leaves both old or both new`() throws {
    let update = try Self.release()
    var (cut, operations) = (0, 0)
    repeat {
      cut += 1
      let device = Self.device()
      let power = device.first.regions[0].power
      power.cutAt = cut
      if Self.live(device, update) != ASVIN_DONE {
        power.restart()
        #expect(Self.live(device, update) == ASVIN_DONE, "cut at \(cut)")
      }
      operations = power.operations
      power.cutAt = nil
      #expect(device.boot(1) == (ASVIN_TRIAL, 1), "cut at \(cut)")
      #expect(power.violation == nil, "cut at \(cut)")
      for component in [device.first, device.second] {
        #expect(component.regions[3].memory.bytes.starts(with: Self.new), "cut at \(cut)")
      }
    } while operations >= cut
    #expect(cut > 20)
  }
}
