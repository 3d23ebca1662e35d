// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinVerifier
public import CAsvinVerifier

typealias DeviceState = BootState<CRegion>

/// The state of a device; `nil` where it has no flash for one.
///
/// - Parameter failed: where a failure of that flash is noted, as long as the state is used.
#if hasFeature(Embedded)
@inline(never)
#endif
func state(of device: UnsafePointer<asvin_device>?, _ failed: UnsafeMutablePointer<Bool>) -> DeviceState? {
  guard let device = unsafe device, let flash = unsafe device.pointee.state, unsafe flash.pointee.holdsRecords else {
    return nil
  }
  return unsafe DeviceState(
    CRegion(flash, failed), factoryFloor: device.pointee.factory_floor, factorySequence: device.pointee.factory_sequence
  )
}

enum Change { case begin, confirm, revert, freeSlot }

/// Changes the state of a device; a reason code, or 0.
#if hasFeature(Embedded)
@inline(never)
#endif
func make(
  _ change: Change, of device: UnsafePointer<asvin_device>?, _ runsTarget: UnsafeMutablePointer<Int32>? = nil
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    guard var state = unsafe state(of: device, failed) else { return ASVIN_MISUSE }
    // A state that could not be read is none, and no factory's.
    guard unsafe !failed.pointee else { return Int32(Reason.flashFailed.rawValue) }
    do throws(InstallError) {
      switch change {
      case .begin: unsafe runsTarget?.pointee = try state.begin() ? 1 : 0
      case .confirm: _ = try state.confirm()
      case .revert: try state.revert()
      case .freeSlot: guard try state.freeSlot() else { return ASVIN_MISUSE }
      }
      return ASVIN_DONE
    } catch {
      return Int32(error.reason.rawValue)
    }
  }
}

/// See the header.
@c @implementation
public func asvin_boot(_ device: UnsafePointer<asvin_device>?, _ runs_target: UnsafeMutablePointer<Int32>?) -> Int32 {
  guard let runs_target = unsafe runs_target else { return ASVIN_MISUSE }
  unsafe runs_target.pointee = 0
  return unsafe make(.begin, of: device, runs_target)
}

/// See the header.
@c @implementation
public func asvin_confirm(_ device: UnsafePointer<asvin_device>?) -> Int32 { unsafe make(.confirm, of: device) }

/// See the header.
@c @implementation
public func asvin_revert(_ device: UnsafePointer<asvin_device>?) -> Int32 { unsafe make(.revert, of: device) }

/// See the header.
@c @implementation
public func asvin_floor(
  _ device: UnsafePointer<asvin_device>?, _ floor: UnsafeMutablePointer<UInt64>?,
  _ sequence: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    guard let state = unsafe state(of: device, failed) else { return ASVIN_MISUSE }
    guard unsafe !failed.pointee else { return Int32(Reason.flashFailed.rawValue) }
    if let floor = unsafe floor { unsafe floor.pointee = state.floor }
    if let sequence = unsafe sequence { unsafe sequence.pointee = state.sequence }
    return ASVIN_DONE
  }
}
