// Names as the C header has them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AsvinInstaller
import AsvinManifest
import AsvinVerifier
public import CAsvinDevice

/// See the header.
@c @implementation
public func asvin_verify(
  _ device: UnsafePointer<asvin_device>?, _ envelope: UnsafePointer<UInt8>?, _ envelopeBytes: UInt32,
  _ plan: UnsafeMutablePointer<asvin_plan>?
) -> Int32 {
  // A device of several components has another function.
  guard let device = unsafe device, unsafe device.pointee.components == nil, unsafe device.pointee.slot == 0 else {
    return ASVIN_MISUSE
  }
  return unsafe verify(device, envelope, envelopeBytes, plan, slots: 1, report)
}

/// Reports what to fetch of a verified release; a result of the header, of which ``passed`` is a success.
typealias ComponentReport = (
  _ release: borrowing VerifiedManifest, _ asked: borrowing DevicePolicy, _ device: UnsafePointer<asvin_device>,
  _ state: inout DeviceState, _ plan: UnsafeMutablePointer<asvin_plan>
) -> Int32

/// Verifies an envelope for a component of a device.
///
/// - Parameter slots: the slots that a release must have, as bits.
@inline(__always)
func verify(
  _ device: UnsafePointer<asvin_device>?, _ envelope: UnsafePointer<UInt8>?, _ envelopeBytes: UInt32,
  _ plan: UnsafeMutablePointer<asvin_plan>?, slots: UInt32, _ report: ComponentReport
) -> Int32 {
  guard let device = unsafe device, let envelope = unsafe envelope, let plan = unsafe plan else { return ASVIN_MISUSE }
  unsafe plan.pointee = asvin_plan()
  guard UInt64(envelopeBytes) <= Limit.envelopeBytes.value else { return code(.envelopeTooLarge) }
  // Everything is done twice, each time with newly read flash and keys, because one skipped instruction can affect only
  // one pass. Neither pass returns ASVIN_DONE; only the shares of both add up to it.
  var verdict = VerdictWord()
  let bytes = unsafe UnsafeBufferPointer(start: envelope, count: Int(envelopeBytes))
  let first = unsafe pass(device, bytes, nil, slots, report, &verdict)
  guard first == passed else { return first }
  let second = unsafe pass(device, bytes, plan, slots, report, &verdict)
  guard second == passed else { return second }
  return Int32(bitPattern: verdict.word &- VerdictWord.accepted &+ UInt32(bitPattern: ASVIN_DONE))
}

/// The answer of a pass that has found no reason against a release.
let passed: Int32 = 0

/// One pass of a verification: ``passed``, or the reason against the release.
///
/// - Parameter plan: where the last pass reports what to fetch.
#if hasFeature(Embedded)
@inline(never)
#endif
private func pass(
  _ device: UnsafePointer<asvin_device>, _ envelope: UnsafeBufferPointer<UInt8>,
  _ plan: UnsafeMutablePointer<asvin_plan>?, _ slots: UInt32, _ report: ComponentReport, _ verdict: inout VerdictWord
) -> Int32 {
  var failed = false
  return unsafe withUnsafeMutablePointer(to: &failed) { failed in
    unsafe withState(of: device, failed) { device, state throws(InstallError) in
      unsafe verify(device, &state, envelope, plan, slots, report, &verdict)
    }
  }
}

private func verify(
  _ device: UnsafePointer<asvin_device>, _ state: inout DeviceState, _ envelope: UnsafeBufferPointer<UInt8>,
  _ plan: UnsafeMutablePointer<asvin_plan>?, _ slots: UInt32, _ report: ComponentReport, _ verdict: inout VerdictWord
) -> Int32 {
  unsafe withUnsafeTemporaryAllocation(of: TrustAnchor.self, capacity: 8) { memory in
    guard let count = unsafe fill(memory, from: device),
      let trust = unsafe Trust(Span(_unsafeElements: memory).extracting(first: count), threshold: threshold(of: device))
    else { return ASVIN_MISUSE }
    let image = unsafe InstalledImage(
      slot: UInt64(device.pointee.slot), size: UInt64(device.pointee.running_bytes), digest: runningDigest(of: device))
    let installed: InlineArray<1, InstalledImage> = [image]
    let asked = unsafe asked(
      of: device, slots, &state, installed.span.extracting(first: image.size > 0 ? 1 : 0))
    do throws(Rejection) {
      let verifier = unsafe Verifier(CCryptography(device))
      var release = try verifier.pass(unsafe envelope.span, trust: trust, device: asked, adding: &verdict)
      guard let plan = unsafe plan else { return passed }
      release.verdict = verdict
      return unsafe report(release, asked, device, &state, plan)
    } catch {
      return code(error.reason)
    }
  }
}

/// The policy of a device. A function of its own, because the policy is large and would otherwise be made for each of
/// its uses.
#if hasFeature(Embedded)
@inline(never)
#endif
@_lifetime(copy installed)
private func asked(
  of device: UnsafePointer<asvin_device>, _ slots: UInt32, _ state: inout DeviceState,
  _ installed: Span<InstalledImage>
) -> DevicePolicy {
  let room = unsafe UInt64(device.pointee.memory_bytes)
  let (step, isImagesOnly) = unsafe (device.pointee.max_sequence_step, device.pointee.images_only != 0)
  // Bit 0 is for patches in place, which need two more regions; the device cannot store a patch before it is applied.
  let isInPlace = unsafe device.pointee.spare != nil && device.pointee.checkpoint != nil
  let possible = PayloadFeature.twoSlots | (isInPlace ? PayloadFeature.inPlace : 0)
  let features = unsafe device.pointee.features
  var asked = unsafe DevicePolicy(
    vendor: .required(identifier(of: device, 0)),
    deviceClass: .required(identifier(of: device, 1)), floor: .required(state.floor), sequence: state.sequence,
    slots: .required(DeviceSlots(slots)), longestStep: step == 0 ? DevicePolicy.usualStep : step,
    features: features == 0 ? possible : features & possible, memory: isImagesOnly ? 0 : room,
    blockMemory: isImagesOnly ? room : nil,
    installed: installed)
  asked.excludedPayloads = unsafe device.pointee.excluded_payloads
  asked.chosenSlots = unsafe 1 << device.pointee.slot
  return asked
}

private func threshold(of device: UnsafePointer<asvin_device>) -> Int {
  unsafe Int(truncatingIfNeeded: device.pointee.key_threshold)
}

/// Copies the keys of a device to the trust anchors. Returns their number, or `nil` where one is not valid.
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
    // Read in place, after the algorithm; otherwise all 64 bytes would be copied.
    let point = unsafe UnsafeRawBufferPointer(
      start: UnsafeRawPointer(keys + index) + MemoryLayout<Int32>.size, count: algorithm.publicKeyBytes)
    guard let key = unsafe PublicKey(algorithm, Span(_unsafeBytes: point)) else { return nil }
    unsafe memory.initializeElement(at: index, to: TrustAnchor(key, using: CCryptography(device)))
  }
  return count
}

/// Reports what to fetch of a release of one component.
#if hasFeature(Embedded)
@inline(never)
#endif
private func report(
  _ release: borrowing VerifiedManifest, _ asked: borrowing DevicePolicy, _ device: UnsafePointer<asvin_device>,
  _ state: inout DeviceState, _ plan: UnsafeMutablePointer<asvin_plan>
) -> Int32 {
  var components = release.manifest.components
  // The verifier has read the manifest to its end, so that the cursors cannot fail. If one did, nothing would be
  // installed.
  guard let component = try? components.next(), (try? components.next()) == nil,  // cannot fail
    let choice = asked.choice(for: component)
  else { return code(.noUsablePayload) }
  return unsafe report(release, component, 0, of: 1, choice, component.digest, &state, plan)
}

/// Reports what to fetch of a component.
///
/// - Parameters:
///   - place: the component's place among all `count` of its release.
///   - choice: how its image is got.
///   - first: SHA-256 of the image of the release's first component.
#if hasFeature(Embedded)
@inline(never)
#endif
func report(
  _ release: borrowing VerifiedManifest, _ component: ComponentView, _ place: UInt32, of count: UInt32,
  _ choice: PayloadChoice, _ first: Span<UInt8>, _ state: inout DeviceState, _ plan: UnsafeMutablePointer<asvin_plan>
) -> Int32 {
  var (index, isInstalled) = (0, true)
  if case .payload(let chosen) = choice { (index, isInstalled) = (chosen, false) }
  guard let payload = InstallPlan.payload(component, index), let kind = payload.kind,
    MemoryLayout<InstallPlan>.size <= MemoryLayout.size(ofValue: unsafe plan.pointee.storage)
  else { return ASVIN_MISUSE }
  let known = unsafe known(plan)
  unsafe known.initialize(to: InstallPlan(release, component, place, of: count, payload, index, kind))
  unsafe (plan.pointee.sequence, plan.pointee.count) = (known.pointee.sequence, count)
  unsafe put(release.digest, into: &plan.pointee.release)
  if unsafe state.isCandidate(known.pointee.sequence, image: first) {
    unsafe (plan.pointee.is_installed, plan.pointee.is_pending) = (1, 1)
    return passed
  }
  guard !isInstalled else {
    unsafe plan.pointee.is_installed = 1
    return passed
  }
  unsafe plan.pointee.stream_bytes = known.pointee.streamSize
  unsafe plan.pointee.payload = UInt32(truncatingIfNeeded: index)
  unsafe plan.pointee.number = UInt32(truncatingIfNeeded: index)
  unsafe plan.pointee.is_patch = known.pointee.isPatch ? 1 : 0
  unsafe plan.pointee.is_sealed = known.pointee.blockBytes > 0 ? 1 : 0
  unsafe plan.pointee.image_bytes = known.pointee.imageSize
  return passed
}

/// The vendor id or the class id, which are the first two fields of a device. Read in place, because an array of C
/// would be copied element by element.
private func identifier(of device: UnsafePointer<asvin_device>, _ number: Int) -> Identifier {
  unsafe UnsafeRawPointer(device).loadUnaligned(fromByteOffset: 16 &* number, as: Identifier.self)
}

private func put<Array>(_ digest: Digest, into array: inout Array) {
  unsafe withUnsafeMutableBytes(of: &array) { bytes in
    for index in 0..<32 { unsafe bytes[index] = digest[index] }
  }
}
