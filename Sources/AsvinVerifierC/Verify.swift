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
  _ device: UnsafePointer<asvin_device>?, _ envelope: UnsafePointer<UInt8>?, _ count: UInt32,
  _ plan: UnsafeMutablePointer<asvin_plan>?
) -> Int32 {
  guard let device = unsafe device, let envelope = unsafe envelope, let plan = unsafe plan else { return ASVIN_MISUSE }
  unsafe plan.pointee = asvin_plan()
  var (floor, sequence) = (0 as UInt64, 0 as UInt64)
  let answer = unsafe asvin_floor(device, &floor, &sequence)
  guard answer == ASVIN_DONE else { return answer }
  let cryptography = unsafe CCryptography(device)
  guard let anchors = unsafe anchors(of: device, cryptography) else { return ASVIN_MISUSE }
  let keys = anchors.span.extracting(first: unsafe Int(device.pointee.key_count))
  guard let trust = Trust(keys, threshold: unsafe Int(device.pointee.key_threshold)) else { return ASVIN_MISUSE }
  let installed: InlineArray<1, InstalledImage> = [
    unsafe InstalledImage(
      slot: 0, size: UInt64(device.pointee.running_bytes), digest: bytes(of: device.pointee.running_digest))
  ]
  let known = unsafe device.pointee.running_bytes > 0 ? installed.span : installed.span.extracting(first: 0)
  let asked = unsafe Device(
    vendor: .required(bytes(of: device.pointee.vendor)), deviceClass: .required(bytes(of: device.pointee.device_class)),
    floor: .required(floor), sequence: sequence, features: device.pointee.features,
    memory: UInt64(device.pointee.memory_bytes), installed: known)
  do throws(Rejection) {
    let release = try Verifier(cryptography).verify(
      unsafe UnsafeBufferPointer(start: envelope, count: Int(count)).span, trust: trust, device: asked)
    return unsafe tell(release, asked, plan)
  } catch {
    return Int32(error.reason.rawValue)
  }
}

/// What is to be fetched of a release for slot 0. A release of more components is not for a device of one slot.
private func tell(
  _ release: borrowing VerifiedManifest, _ device: borrowing Device, _ plan: UnsafeMutablePointer<asvin_plan>
) -> Int32 {
  var components = release.manifest.components
  // The verifier has read it whole: the cursor cannot fail; if it did, nothing would be installed.
  guard let component = try? components.next(), component.slot == 0, (try? components.next()) == nil,  // see above
    let choice = device.choice(for: component)
  else { return Int32(Reason.noUsablePayload.rawValue) }
  unsafe plan.pointee.sequence = release.manifest.sequence
  unsafe put(release.digest, into: &plan.pointee.release)
  guard case .payload(let index) = choice else {
    unsafe plan.pointee.is_installed = 1
    return ASVIN_DONE
  }
  guard let known = InstallPlan(release, slot: 0, payload: index),
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

private func anchors(
  of device: UnsafePointer<asvin_device>, _ cryptography: CCryptography
) -> InlineArray<8, TrustAnchor>? {
  let count = unsafe Int(device.pointee.key_count)
  guard let keys = unsafe device.pointee.keys, count >= 1, count <= 8,
    let first = unsafe anchor(keys[0], cryptography)
  else { return nil }
  var anchors = InlineArray<8, TrustAnchor>(repeating: first)
  for index in 1..<count {
    guard let next = unsafe anchor(keys[index], cryptography) else { return nil }
    anchors[index] = next
  }
  return anchors
}

private func anchor(_ key: asvin_key, _ cryptography: CCryptography) -> TrustAnchor? {
  guard let algorithm = SignatureAlgorithm(rawValue: Int64(key.algorithm)) else { return nil }
  let bytes: FixedBytes<64> = bytes(of: key.bytes)
  guard let known = PublicKey(algorithm, bytes.span.extracting(first: algorithm.publicKeyBytes)) else { return nil }
  return TrustAnchor(known, using: cryptography)
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
