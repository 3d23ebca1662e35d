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

extension asvin_device {
  /// Whether what the device reports of its slots, flash and memory can be true: the slots differ, and no two of its
  /// regions overlap.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var isConsistent: Bool {
    guard unsafe running_slot != target_slot, unsafe UInt(bitPattern: memory) & 7 == 0,
      unsafe memory != nil || memory_bytes == 0
    else { return false }
    if let running = unsafe running, unsafe !running.pointee.isSensible { return false }
    let regions: InlineArray<6, UnsafePointer<asvin_flash>?> = unsafe [
      state, journal, running, target, spare, checkpoint,
    ]
    for index in 1..<6 {
      for other in 0..<index {
        guard let left = unsafe regions[index], let right = unsafe regions[other] else { continue }
        // Neither begins within the other one, in either order.
        let distance = unsafe left.pointee.start &- right.pointee.start
        guard unsafe distance >= right.pointee.capacity, unsafe 0 &- distance >= left.pointee.capacity else {
          return false
        }
      }
    }
    return true
  }
}

/// The digest of what runs, read where it is.
func runningDigest(of device: UnsafePointer<asvin_device>) -> Digest {
  unsafe withUnsafeBytes(of: &UnsafeMutablePointer(mutating: device).pointee.running_digest) { bytes in
    unsafe bytes.loadUnaligned(as: Digest.self)
  }
}

extension asvin_plan {
  /// The plan that a verified manifest made.
  var known: InstallPlan { unsafe withUnsafeBytes(of: storage) { unsafe $0.load(as: InstallPlan.self) } }
}
