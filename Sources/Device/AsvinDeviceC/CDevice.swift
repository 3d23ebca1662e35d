import AsvinInstaller
import AsvinVerifier
import AsvinManifest
import CAsvinDevice

/// A reason as a result of the header. Its number is looked up in one place, in a table of bytes.
func code(_ reason: Reason) -> Int32 { Int32(number(reason)) }

#if hasFeature(Embedded)
@inline(never)
#endif
private func number(_ reason: Reason) -> UInt8 { reason.rawValue }

/// Whether the fields of a device are consistent: the slots differ, and no two of its regions overlap.
#if hasFeature(Embedded)
@inline(never)
#endif
func isConsistent(_ device: UnsafePointer<asvin_device>) -> Bool {
  guard unsafe device.pointee.running_slot != device.pointee.target_slot,
    unsafe UInt(bitPattern: device.pointee.memory) & 7 == 0,
    unsafe device.pointee.memory != nil || device.pointee.memory_bytes == 0
  else { return false }
  if let running = unsafe device.pointee.running, unsafe !running.pointee.isSensible { return false }
  let regions = unsafe regions(of: device)
  for index in 1..<6 {
    for other in 0..<index where unsafe overlap(regions[index], regions[other]) { return false }
  }
  return true
}

/// The six regions of a device, which follow each other in the header. Read in place, because an array of them would be
/// copied.
func regions(of device: UnsafePointer<asvin_device>) -> UnsafePointer<UnsafePointer<asvin_flash>?> {
  unsafe UnsafePointer(
    withUnsafeMutablePointer(to: &UnsafeMutablePointer(mutating: device).pointee.state) { unsafe $0 })
}

/// Whether two regions overlap: where neither starts within the other one, in either order, they do not.
#if hasFeature(Embedded)
@inline(never)
#endif
func overlap(_ left: UnsafePointer<asvin_flash>?, _ right: UnsafePointer<asvin_flash>?) -> Bool {
  guard let left = unsafe left, let right = unsafe right else { return false }
  let distance = unsafe left.pointee.start &- right.pointee.start
  return unsafe distance < right.pointee.capacity || 0 &- distance < left.pointee.capacity
}

/// The digest of what runs, read where it is.
func runningDigest(of device: UnsafePointer<asvin_device>) -> Digest {
  unsafe withUnsafeBytes(of: &UnsafeMutablePointer(mutating: device).pointee.running_digest) { bytes in
    unsafe bytes.loadUnaligned(as: Digest.self)
  }
}

/// The plan that a verified manifest made, where a plan of the header stores it.
func known(_ plan: UnsafePointer<asvin_plan>) -> UnsafeMutablePointer<InstallPlan> {
  unsafe withUnsafeMutableBytes(of: &UnsafeMutablePointer(mutating: plan).pointee.storage) { storage in
    unsafe storage.assumingMemoryBound(to: InstallPlan.self).baseAddress.unsafelyUnwrapped
  }
}
