// An envelope that anyone may send to a device, through all of the verifier. The input decides which signatures hold.
//
// Input: what signatures are judged (bit 0: good; bit 1: the threshold is 2), what the device is (bit 0: it has a slot with
// the image of zeros, bit 1: it applies patches), its floor in two bytes, and the envelope. All digests are zeros.

private struct Judge: Cryptography {
  let answer: Bool
  func sha256(_ bytes: Span<UInt8>) -> Digest { Digest() }
  func isSignature(_ signature: Span<UInt8>, of message: SignedMessage, by key: PublicKey) -> Bool {
    require(signature.count == 64 && message.head.count < 128, "what is judged is within its limits")
    return answer
  }
}

/// Reads all that a device and a host would read of a release.
private func read(_ manifest: ManifestView) throws(WireError) {
  var components = manifest.components
  while let component = try components.next() {
    require(component.digest.count == 32 && component.size > 0, "a component is complete")
    var payloads = component.payloads
    while let payload = try payloads.next() {
      require(payload.digest.count == 32 && payload.size > 0, "a payload is complete")
      require((payload.chunk == 0) == payload.firstLink.isEmpty, "a payload is sealed or not")
    }
  }
  var attachments = manifest.attachments
  while let attachment = try attachments.next() { require(Name.isValid(attachment.name), "a name is a name") }
  var facts = manifest.facts
  while let fact = try facts.next() { require(fact.key.isNegative, "a fact is private") }
}

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let (what, kind, floor) = (input.byte(), input.byte(), UInt64(input.number()))
  let bytes = unsafe input.rest.span
  let judge = Judge(answer: what & 1 == 1)
  let (one, other) = (FixedBytes<32> { UInt8($0) }, FixedBytes<64> { UInt8($0) })
  guard let first = PublicKey(.ed25519, one.span), let second = PublicKey(.ecdsaP256, other.span) else { return 1 }
  let anchors = [TrustAnchor(first, using: judge), TrustAnchor(second, using: judge)]
  guard let trust = Trust(anchors.span, threshold: what & 2 == 0 ? 1 : 2) else { return 1 }
  let installed = kind & 1 == 0 ? [] : [InstalledImage(slot: 0, size: 40_000, digest: Digest())]
  let device = DevicePolicy(
    vendor: .unchecked, deviceClass: .unchecked, floor: .required(floor), sequence: kind & 4 == 0 ? floor : nil,
    slots: .required(DeviceSlots(0b111, needed: kind & 8 == 0 ? 1 : 0)), longestStep: kind & 16 == 0 ? .max : 1 << 20,
    features: kind & 2 == 0 ? 0 : .max, memory: kind & 2 == 0 ? 0 : .max, installed: installed.span)
  do throws(Rejection) {
    let release = try Verifier(judge).verify(bytes, trust: trust, device: device)
    require(judge.answer, "nothing is accepted without a good signature")
    require(release.manifest.sequence > floor, "nothing is accepted that is not above the floor")
    require((try? read(release.manifest)) != nil, "what is accepted can be read")  // a failure is what it looks for
    var slots: UInt64 = 0
    while slots < 3 {
      if let plan = InstallPlan(release, slot: slots, payload: 0) {
        require(plan.streamSize >= plan.payloadSize, "a stream holds its payload")
      }
      slots += 1
    }
    // A manifest is written as it was read, unless it has fields that a later version may add.
    if let manifest = try? Manifest(release.manifest), let again = try? manifest.encoded() {  // as above
      let isKept = manifest.components.allSatisfy { $0.payloads.allSatisfy { $0.kind != nil } }
      require(!isKept || equal(again.span, release.manifest.bytes), "a manifest has one encoding")
    }
  } catch {
    let within = error.defect.map { $0.offset >= 0 && $0.offset <= bytes.count } ?? true
    require(within, "a defect is at a place in the bytes")
  }
  return 0
}
