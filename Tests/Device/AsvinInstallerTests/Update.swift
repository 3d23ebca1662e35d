import AsvinBundle
import AsvinCrypto
import AsvinPatch
import AsvinPatchBuilder
import AsvinFixtures
import AsvinHost
import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto

/// A release of one image, signed by a key of this run, with one payload of it.
struct Update {
  static let vendor = Identifier.vendor(domain: "example.com")
  static let deviceClass = Identifier.deviceClass("board", of: vendor)
  // A key cannot fail to be made but for want of memory.
  // swift-format-ignore: NeverUseForceTry
  static let key = try! PrivateKey.generate(.ed25519)

  let image: [UInt8]
  private(set) var envelope: [UInt8]
  /// As it comes over the air.
  let stream: [UInt8]
  let memory: Int

  /// The complete image, in each of some slots.
  init(
    image: [UInt8], chunk: UInt64? = 9, sequence: UInt64 = 8, vendor: Identifier = vendor, slots: [UInt64] = [0]
  ) throws {
    let payload = Payload(size: UInt64(image.count), digest: AsvinCrypto.SHA256.digest(of: image.span))
    try self.init(image, payload, image, chunk, sequence, memory: 0, vendor: vendor, slots: slots)
  }

  /// A patch from another image.
  ///
  /// - Parameter andImage: whether the release has the complete image as its payload 1, as it is.
  init(
    from old: [UInt8], to image: [UInt8], inPlace: Windows.InPlace? = nil, chunk: UInt64? = 9, sequence: UInt64 = 8,
    features: UInt64? = nil, andImage: Bool = false
  ) throws {
    let patch = try PatchBuilder.patch(from: old, to: image, profile: .tiny, set: InstructionSet.none, inPlace: inPlace)
    var payload = Payload(
      kind: .patch, size: UInt64(patch.bytes.count), digest: AsvinCrypto.SHA256.digest(of: patch.bytes.span))
    if !old.isEmpty {
      payload.base = Payload.Base(digest: AsvinCrypto.SHA256.digest(of: old.span), size: UInt64(old.count))
    }
    payload.memory = UInt64(patch.memory)
    payload.features = inPlace == nil ? features : 1
    try self.init(image, payload, patch.bytes, chunk, sequence, memory: patch.memory, andImage: andImage)
  }

  private init(
    _ image: [UInt8], _ payload: Payload, _ bytes: [UInt8], _ chunk: UInt64?, _ sequence: UInt64, memory: Int,
    vendor: Identifier = vendor, slots: [UInt64] = [0], andImage: Bool = false
  ) throws {
    var payload = payload
    let sealed = try chunk.map { try SealedStream(bytes, chunk: $0) }
    payload.seal = sealed?.seal
    guard let name = Name("blink"), let version = Name("1.0.0") else { fatalError("names are valid") }
    let digest = AsvinCrypto.SHA256.digest(of: image.span)
    let more = andImage ? [Payload(size: UInt64(image.count), digest: digest)] : []
    let components = slots.map { slot in
      Component(slot: slot, size: UInt64(image.count), digest: digest, payloads: [payload] + more)
    }
    let manifest = try Manifest(
      name: name, vendor: vendor, deviceClass: Self.deviceClass, sequence: sequence, version: version,
      components: components
    ).encoded()
    let header = Envelope.protectedHeader(
      algorithm: Self.key.publicKey.algorithm, keyID: Self.key.publicKey.keyID(using: OpenSSL()))
    let message = Envelope.signedMessage(protectedHeader: header, payload: manifest)
    let signature = Envelope.sign1(protectedHeader: header, signature: try Self.key.signature(of: message))
    envelope = try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile([signature]))
    (self.image, self.memory) = (image, memory)
    stream = try sealed?.source(of: bytes).read(at: 0, count: .max) ?? bytes
  }

  /// It, with a bit of its manifest changed.
  func forged() -> Update {
    var changed = self
    // The last byte of the name.
    guard let place = envelope.firstRange(of: Array("blink".utf8))?.upperBound else { fatalError("there is a name") }
    changed.envelope[place - 1] ^= 1
    return changed
  }

  /// Verifies the envelope as a device does, and makes the plan.
  func plan(
    installed: [UInt8] = [], floor: UInt64 = 7, slot: UInt64 = 0, payload: Int = 0
  ) throws(Rejection) -> InstallPlan {
    let cryptography = DeviceCryptography()
    let anchors = [TrustAnchor(Self.key.publicKey, using: cryptography)]
    guard let trust = Trust(anchors.span) else { fatalError("one key is trust") }
    let images = [
      InstalledImage(slot: 0, size: UInt64(installed.count), digest: AsvinCrypto.SHA256.digest(of: installed.span))
    ]
    let device = DevicePolicy(
      vendor: .required(Self.vendor), deviceClass: .required(Self.deviceClass), floor: .required(floor),
      sequence: floor, slots: .required(DeviceSlots(.max, needed: 1)), features: .max, memory: 1 << 20,
      installed: images.span)
    let release = try Verifier(cryptography).verify(envelope.span, trust: trust, device: device)
    guard let plan = InstallPlan(release, slot: slot, payload: payload) else {
      fatalError("the release has the payload")
    }
    return plan
  }
}
