// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinWire
public import CAsvinVerifier

/// See the header.
@c @implementation
public func asvin_verify(
  _ device: UnsafePointer<asvin_device>?, _ envelope: UnsafePointer<UInt8>?, _ envelopeBytes: UInt32,
  _ plan: UnsafeMutablePointer<asvin_plan>?
) -> Int32 {
  guard let device = unsafe device, let envelope = unsafe envelope, let plan = unsafe plan else { return ASVIN_MISUSE }
  unsafe plan.pointee = asvin_plan()
  guard UInt64(envelopeBytes) <= Limit.envelopeBytes.value else { return Int32(Reason.envelopeTooLarge.rawValue) }
  var (floor, sequence) = (0 as UInt64, 0 as UInt64)
  let answer = unsafe asvin_floor(device, &floor, &sequence)
  guard answer == ASVIN_DONE else { return answer }
  return unsafe withUnsafeTemporaryAllocation(of: TrustAnchor.self, capacity: 8) { memory in
    guard let count = unsafe fill(memory, from: device),
      let trust = unsafe Trust(Span(_unsafeElements: memory).extracting(first: count), threshold: threshold(of: device))
    else { return ASVIN_MISUSE }
    let image = unsafe InstalledImage(
      slot: 0, size: UInt64(device.pointee.running_bytes), digest: bytes(of: device.pointee.running_digest))
    let installed: InlineArray<1, InstalledImage> = [image]
    let asked = unsafe Device(
      vendor: .required(bytes(of: device.pointee.vendor)),
      deviceClass: .required(bytes(of: device.pointee.device_class)), floor: .required(floor), sequence: sequence,
      features: device.pointee.features, memory: patchBytes(of: device),
      installed: installed.span.extracting(first: image.size > 0 ? 1 : 0))
    do throws(Rejection) {
      let verifier = unsafe Verifier(CCryptography(device))
      let release = try verifier.verify(
        unsafe UnsafeBufferPointer(start: envelope, count: Int(truncatingIfNeeded: envelopeBytes)).span, trust: trust,
        device: asked)
      return unsafe tell(release, asked, plan, isStanding: isCandidate(release.digest, of: device))
    } catch {
      return Int32(error.reason.rawValue)
    }
  }
}

/// What is left for a patch behind a block of the stream that it comes in.
private func patchBytes(of device: UnsafePointer<asvin_device>) -> UInt64 {
  let all = unsafe device.pointee.memory_bytes
  return all > 4_128 ? UInt64(all &- 4_128) : 0
}

/// Whether a release stands in the target slot, to be tried by the next start, or is on trial.
private func isCandidate(_ release: Digest, of device: UnsafePointer<asvin_device>) -> Bool {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe state(of: device, failed)?.candidate?.release == release
  }
}

private func threshold(of device: UnsafePointer<asvin_device>) -> Int {
  unsafe Int(truncatingIfNeeded: device.pointee.key_threshold)
}

/// Puts the keys of a device where they are asked for; how many there are, or `nil` where one is none.
#if hasFeature(Embedded)
@inline(never)
#endif
private func fill(_ memory: UnsafeMutableBufferPointer<TrustAnchor>, from device: UnsafePointer<asvin_device>) -> Int? {
  let count = unsafe Int(truncatingIfNeeded: device.pointee.key_count)
  guard let keys = unsafe device.pointee.keys, count >= 1, count <= memory.count else { return nil }
  for index in 0..<count {
    let algorithm: SignatureAlgorithm
    switch unsafe keys[index].algorithm {
    case ASVIN_ED25519: algorithm = .ed25519
    case ASVIN_ECDSA_P256: algorithm = .ecdsaP256
    default: return nil
    }
    // Where they stand, behind the algorithm: else all 64 would be copied to be lent.
    let point = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(keys + index) + MemoryLayout<Int32>.size, count: algorithm.publicKeyBytes)
    guard let key = unsafe PublicKey(algorithm, Span(_unsafeBytes: point)) else { return nil }
    unsafe memory.initializeElement(at: index, to: TrustAnchor(key, using: CCryptography(device)))
  }
  return count
}

/// What is to be fetched of a release for slot 0. A release of more components is not for a device of one slot.
#if hasFeature(Embedded)
@inline(never)
#endif
private func tell(
  _ release: borrowing VerifiedManifest, _ device: borrowing Device, _ plan: UnsafeMutablePointer<asvin_plan>,
  isStanding: Bool
) -> Int32 {
  var components = release.manifest.components
  // The verifier has read it whole: the cursor cannot fail; if it did, nothing would be installed.
  guard let component = try? components.next(), component.slot == 0, (try? components.next()) == nil,  // see above
    let choice = device.choice(for: component)
  else { return Int32(Reason.noUsablePayload.rawValue) }
  unsafe plan.pointee.sequence = release.manifest.sequence
  unsafe put(release.digest, into: &plan.pointee.release)
  guard !isStanding, case .payload(let index) = choice else {
    unsafe plan.pointee.is_installed = 1
    return ASVIN_DONE
  }
  guard let known = InstallPlan(release, component, payload: index),
    MemoryLayout<InstallPlan>.size <= MemoryLayout.size(ofValue: unsafe plan.pointee.storage)
  else { return ASVIN_MISUSE }
  unsafe plan.pointee.stream_bytes = known.streamSize
  unsafe plan.pointee.payload = UInt32(truncatingIfNeeded: index)
  unsafe plan.pointee.is_patch = known.isPatch ? 1 : 0
  unsafe withUnsafeMutableBytes(of: &plan.pointee.storage) { storage in
    unsafe storage.storeBytes(of: known, as: InstallPlan.self)
  }
  return ASVIN_DONE
}

/// The bytes of a C array.
func bytes<let count: Int, Array>(of array: Array) -> FixedBytes<count> {
  unsafe withUnsafeBytes(of: array) { bytes in FixedBytes { unsafe bytes[$0] } }
}

private func put<Array>(_ digest: Digest, into array: inout Array) {
  unsafe withUnsafeMutableBytes(of: &array) { bytes in
    for index in 0..<32 { unsafe bytes[index] = digest[index] }
  }
}
