// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinVerifier
public import CAsvinVerifier

typealias DeviceState = BootState<CRegion>

/// Gives the state of a device to a body; a reason code, or 0.
func withState(
  _ device: UnsafePointer<asvin_device>?, _ body: (inout DeviceState) throws(InstallError) -> Void
) -> Int32 {
  guard let device = unsafe device, let flash = unsafe device.pointee.state, unsafe flash.pointee.isSensible else {
    return ASVIN_MISUSE
  }
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    var state = unsafe DeviceState(
      CRegion(flash, failed), factoryFloor: device.pointee.factory_floor,
      factorySequence: device.pointee.factory_sequence)
    do throws(InstallError) {
      try body(&state)
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
  return unsafe withState(device) { state throws(InstallError) in
    let runsUpdate = try state.begin()
    unsafe runs_target.pointee = runsUpdate ? 1 : 0
  }
}

/// See the header.
@c @implementation
public func asvin_confirm(_ device: UnsafePointer<asvin_device>?) -> Int32 {
  unsafe withState(device) { state throws(InstallError) in _ = try state.confirm() }
}

/// See the header.
@c @implementation
public func asvin_revert(_ device: UnsafePointer<asvin_device>?) -> Int32 {
  unsafe withState(device) { state throws(InstallError) in try state.revert() }
}

/// See the header.
@c @implementation
public func asvin_floor(
  _ device: UnsafePointer<asvin_device>?, _ floor: UnsafeMutablePointer<UInt64>?,
  _ sequence: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  unsafe withState(device) { state throws(InstallError) in
    if let floor = unsafe floor { unsafe floor.pointee = state.floor }
    if let sequence = unsafe sequence { unsafe sequence.pointee = state.sequence }
  }
}
