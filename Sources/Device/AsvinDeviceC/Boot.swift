// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinVerifier
import AsvinDeviceCrypto
public import CAsvinDevice

typealias DeviceState = BootState<CRegion>

/// The state of a device; `nil` where the device has no flash for one, or its fields contradict each other.
///
/// - Parameter failed: where a failure of that flash is noted, as long as the state is used.
#if hasFeature(Embedded)
@inline(never)
#endif
func state(
  of device: UnsafePointer<asvin_device>?, _ failed: UnsafeMutablePointer<Bool>, isRehearsed: Bool = false
) -> DeviceState? {
  guard let device = unsafe device, let flash = unsafe device.pointee.state, unsafe flash.pointee.holdsRecords,
    unsafe isConsistent(device)
  else { return nil }
  let isKnown = unsafe device.pointee.running_bytes > 0
  let running = unsafe RunningImage(
    slot: device.pointee.running_slot, image: isKnown ? runningDigest(of: device) : nil)
  let starts = unsafe device.pointee.trial_starts
  let factory = unsafe FactoryState(
    floor: device.pointee.factory_floor, sequence: device.pointee.factory_sequence, slot: device.pointee.factory_slot,
    trialStarts: starts == 0 ? 3 : starts)
  return unsafe DeviceState(CRegion(flash, failed), running: running, factory: factory, isRehearsed: isRehearsed)
}

/// Calls a function twice, the first time without writing, and adds half of each result. Where the two disagree, the
/// sum is not a result.
func agreed(_ round: (_ isRehearsed: Bool) -> Int32) -> Int32 {
  let first = round(true)
  // A refusal is not tried again, because nothing may be written.
  guard !isRefusal(first) else { return first }
  let second = round(false)
  return (first >> 1) &+ (second &- second >> 1)
}

/// Whether a result is misuse or a reason.
private func isRefusal(_ result: Int32) -> Bool { result > 0 && result < 256 }

/// A change of a device's state. Its number is part of the result of the change, so that the result of one change is
/// not valid for another one.
enum Change: Int32 {
  case begin = 0x11D4_6A35
  case confirm = 0x2479_C5E2
  case revert = 0x3A8E_1797
  case freeSlot = 0x16B3_D94C
}

/// Changes the state of a device; a result of the header.
#if hasFeature(Embedded)
@inline(never)
#endif
func make(
  _ change: Change, of device: UnsafePointer<asvin_device>?, _ slot: UnsafeMutablePointer<UInt32>? = nil,
  _ plan: UnsafePointer<InstallPlan>? = nil
) -> Int32 {
  var (first, second) = (0 as UInt32, 0 as UInt32)
  let answer = agreed { isRehearsed in
    if isRehearsed { return unsafe make(change, of: device, &first, plan, isRehearsed: true) }
    return unsafe make(change, of: device, &second, plan, isRehearsed: false)
  }
  unsafe slot?.pointee = second
  // The rounds must agree on the slot too.
  return answer &+ Int32(bitPattern: (first ^ second) &* 0x9E37_79B1)
}

#if hasFeature(Embedded)
@inline(never)
#endif
private func make(
  _ change: Change, of device: UnsafePointer<asvin_device>?, _ slot: UnsafeMutablePointer<UInt32>?,
  _ plan: UnsafePointer<InstallPlan>?, isRehearsed: Bool
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    guard var state = unsafe state(of: device, failed, isRehearsed: isRehearsed), let device = unsafe device else {
      return ASVIN_MISUSE
    }
    // A state that could not be read does not count, not even as the factory's.
    guard !state.hasFailed else { return code(.flashFailed) }
    do throws(InstallError) {
      switch change {
      case .begin:
        let (answer, number) =
          switch try state.begin() {
          case .confirmed(let slot): (ASVIN_CONFIRMED, slot)
          case .trial(let slot): (ASVIN_TRIAL, slot)
          case .reverted(let slot): (ASVIN_REVERTED, slot)
          }
        unsafe slot?.pointee = number
        return answer
      case .confirm: guard try state.confirm() else { return ASVIN_MISUSE }
      case .revert: try state.revert()
      case .freeSlot:
        guard let plan = unsafe plan, try unsafe state.freeSlot(device.pointee.target_slot, for: plan.pointee) else {
          return ASVIN_MISUSE
        }
      }
      return ASVIN_DONE &+ change.rawValue
    } catch {
      return code(error.reason)
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
  guard let device = unsafe device, let plan = unsafe plan, unsafe plan.pointee.is_installed == 1 else {
    return ASVIN_MISUSE
  }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    guard var state = unsafe state(of: device, failed), let flash = unsafe device.pointee.running else {
      return ASVIN_MISUSE
    }
    guard !state.hasFailed else { return code(.flashFailed) }
    do throws(InstallError) {
      let region = unsafe CRegion(flash, failed)
      guard let image = unsafe InstalledComponent(plan.pointee.known, in: region, hash: SHA256.self),
        try state.adopt(image)
      else { return ASVIN_MISUSE }
      return ASVIN_DONE
    } catch {
      return code(error.reason)
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
    guard let state = unsafe state(of: device, failed) else { return ASVIN_MISUSE }
    guard !state.hasFailed else { return code(.flashFailed) }
    if let floor = unsafe floor { unsafe floor.pointee = state.floor }
    if let sequence = unsafe sequence { unsafe sequence.pointee = state.sequence }
    return ASVIN_DONE
  }
}
