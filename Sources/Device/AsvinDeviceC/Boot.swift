// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

typealias DeviceState = BootState<CRegion>

/// Reads the state of a device, and calls a function with it. Returns a result of the header. The function is not
/// called if the device has no flash for a state, if its fields contradict each other, or if the state cannot be read.
///
/// - Parameter failed: a failure of that flash is noted here. It must stay valid while the state is used.
@inline(__always)
func withState(
  of device: UnsafePointer<asvin_device>?, _ failed: UnsafeMutablePointer<Bool>, isRehearsed: Bool = false,
  _ body: (UnsafePointer<asvin_device>, inout DeviceState) throws(InstallError) -> Int32
) -> Int32 {
  unsafe withUnsafeTemporaryAllocation(of: DeviceState.self, capacity: 1) { memory in
    guard let device = unsafe device, let state = memory.baseAddress else { return ASVIN_MISUSE }
    let answer = unsafe read(state, of: device, failed, isRehearsed: isRehearsed)
    guard answer == opened else { return answer }
    do throws(InstallError) {
      return unsafe try body(device, &state.pointee)
    } catch {
      return code(error.reason)
    }
  }
}

/// The answer of ``read(_:of:_:isRehearsed:)`` for a state that was read. It is not a result of the header, so that a
/// call which returns it by mistake does not succeed.
private let opened: Int32 = 0

/// Reads the state of a device into memory. Returns ``opened`` if the state was read.
#if hasFeature(Embedded)
@inline(never)
#endif
private func read(
  _ state: UnsafeMutablePointer<DeviceState>, of device: UnsafePointer<asvin_device>,
  _ failed: UnsafeMutablePointer<Bool>, isRehearsed: Bool
) -> Int32 {
  guard let flash = unsafe device.pointee.state, unsafe flash.pointee.holdsRecords, unsafe isConsistent(device) else {
    return ASVIN_MISUSE
  }
  let isKnown = unsafe device.pointee.running_bytes > 0
  var image = Digest()
  if isKnown { image = unsafe runningDigest(of: device) }
  let running = unsafe RunningImage(slot: device.pointee.running_slot, image: image, isImageKnown: isKnown)
  let starts = unsafe device.pointee.trial_starts
  let factory = unsafe FactoryState(
    floor: device.pointee.factory_floor, sequence: device.pointee.factory_sequence, slot: device.pointee.factory_slot,
    trialStarts: starts == 0 ? 3 : starts)
  unsafe state.initialize(
    to: DeviceState(CRegion(flash, failed), running: running, factory: factory, isRehearsed: isRehearsed))
  // A state that could not be read is not replaced by the factory's state, because that would lower the floor.
  return unsafe state.pointee.hasFailed ? code(.flashFailed) : opened
}

/// Calls a function twice, the first time without writing, and adds half of each result. If the two results differ, the
/// sum is not a result of the header.
func agreed(_ round: (_ isRehearsed: Bool) -> Int32) -> Int32 {
  let first = round(true)
  // After a refusal nothing may be written, so that there is no second round.
  guard !isRefusal(first) else { return first }
  let second = round(false)
  return (first >> 1) &+ (second &- second >> 1)
}

/// Whether a result is misuse or a reason.
private func isRefusal(_ result: Int32) -> Bool { result > 0 && result < 256 }

/// A change of a device's state. Its number is added to the result, so that the result of one change is not valid for
/// another one. Each number fits an instruction of a Cortex-M4. A start has no number, because its results differ
/// anyway.
enum Change: Int32 {
  case begin = 0
  case confirm = 0x2400_2400
  case revert = 0x3A00_3A00
  case freeSlot = 0x1600_1600
  case activate = 0x0D00_0D00
}

/// Changes the state of a device; a result of the header.
///
/// - Parameter subject: the ``AsvinInstaller/InstallPlan`` that a slot is freed for, or the
///   ``AsvinInstaller/InstalledComponent`` to activate.
#if hasFeature(Embedded)
@inline(never)
#endif
func make(
  _ change: Change, of device: UnsafePointer<asvin_device>?, _ slot: UnsafeMutablePointer<UInt32>? = nil,
  _ subject: UnsafeRawPointer? = nil
) -> Int32 {
  var (first, second) = (0 as UInt32, 0 as UInt32)
  let answer = agreed { isRehearsed in
    if isRehearsed { return unsafe make(change, of: device, &first, subject, isRehearsed: true) }
    return unsafe make(change, of: device, &second, subject, isRehearsed: false)
  }
  unsafe slot?.pointee = second
  // The rounds must agree on the slot too.
  return answer &+ Int32(bitPattern: (first ^ second) &* 0x9E37_79B1)
}

#if hasFeature(Embedded)
@inline(never)
#endif
private func make(
  _ change: Change, of device: UnsafePointer<asvin_device>?, _ slot: UnsafeMutablePointer<UInt32>,
  _ subject: UnsafeRawPointer?, isRehearsed: Bool
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed, isRehearsed: isRehearsed) { device, state throws(InstallError) in
      let target = unsafe device.pointee.target_slot
      switch change {
      case .begin:
        let answer: Int32
        switch try state.begin() {
        case .confirmed(let number): unsafe (answer, slot.pointee) = (ASVIN_CONFIRMED, number)
        case .trial(let number): unsafe (answer, slot.pointee) = (ASVIN_TRIAL, number)
        case .reverted(let number): unsafe (answer, slot.pointee) = (ASVIN_REVERTED, number)
        }
        return answer
      case .confirm: guard try state.confirm() else { return ASVIN_MISUSE }
      case .revert: try state.revert()
      case .freeSlot:
        guard let plan = unsafe subject?.assumingMemoryBound(to: InstallPlan.self),
          try unsafe state.freeSlot(target, for: plan.pointee)
        else { return ASVIN_MISUSE }
      case .activate:
        guard let image = unsafe subject?.assumingMemoryBound(to: InstalledComponent.self) else { return ASVIN_MISUSE }
        try unsafe state.activate(image.pointee, in: target)
      }
      return ASVIN_DONE &+ change.rawValue
    }
  }
}

/// The result of a change for the header. The result of any other change becomes no result of the header.
func settled(_ change: Change, _ result: Int32) -> Int32 { isRefusal(result) ? result : result &- change.rawValue }

/// See the header.
@c @implementation
public func asvin_boot(_ device: UnsafePointer<asvin_device>?, _ slot: UnsafeMutablePointer<UInt32>?) -> Int32 {
  guard let device = unsafe device, let slot = unsafe slot else { return ASVIN_MISUSE }
  unsafe slot.pointee = device.pointee.running_slot
  return unsafe make(.begin, of: device, slot)
}

/// See the header.
@c @implementation
public func asvin_confirm(_ device: UnsafePointer<asvin_device>?) -> Int32 {
  unsafe settled(.confirm, make(.confirm, of: device))
}

/// See the header.
@c @implementation
public func asvin_revert(_ device: UnsafePointer<asvin_device>?) -> Int32 {
  unsafe settled(.revert, make(.revert, of: device))
}

/// See the header.
@c @implementation
public func asvin_adopt(_ device: UnsafePointer<asvin_device>?, _ plan: UnsafePointer<asvin_plan>?) -> Int32 {
  guard let plan = unsafe plan, unsafe plan.pointee.is_installed == 1 else { return ASVIN_MISUSE }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed) { device, state throws(InstallError) in
      guard let flash = unsafe device.pointee.running else { return ASVIN_MISUSE }
      let region = unsafe CRegion(flash, failed)
      guard let image = unsafe InstalledComponent(known(plan).pointee, in: region, hash: SHA256.self),
        try state.adopt(image)
      else { return ASVIN_MISUSE }
      return ASVIN_DONE
    }
  }
}

/// See the header.
@c @implementation
public func asvin_floor(
  _ device: UnsafePointer<asvin_device>?, _ floor: UnsafeMutablePointer<UInt64>?,
  _ sequence: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed) { _, state throws(InstallError) in
      if let floor = unsafe floor { unsafe floor.pointee = state.floor }
      if let sequence = unsafe sequence { unsafe sequence.pointee = state.sequence }
      return ASVIN_DONE
    }
  }
}
