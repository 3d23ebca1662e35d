import AsvinBundle
import AsvinCrypto
import AsvinInstaller
import AsvinManifest
import AsvinVerifier
import AsvinDeviceCrypto

/// A release of any components, signed by the key of this run.
struct SignedRelease {
  let envelope: [UInt8]

  /// - Parameter change: of the manifest's bytes, before they are signed.
  init(sequence: UInt64 = 8, _ components: [Component], change: (inout [UInt8]) -> Void = { _ in }) throws {
    guard let name = Name("blink"), let version = Name("1.0.0") else { fatalError("names are valid") }
    var manifest = try Manifest(
      name: name, vendor: Update.vendor, deviceClass: Update.deviceClass, sequence: sequence, version: version,
      components: components
    ).encoded()
    change(&manifest)
    let header = Envelope.protectedHeader(
      algorithm: Update.key.publicKey.algorithm, keyID: Update.key.publicKey.keyID(using: OpenSSL()))
    let message = Envelope.signedMessage(protectedHeader: header, payload: manifest)
    let signature = Envelope.sign1(protectedHeader: header, signature: try Update.key.signature(of: message))
    envelope = try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile([signature]))
  }

  /// A component of one image, sealed in chunks of 512 bytes.
  ///
  /// - Parameter payloads: their number; those after the image are compressed images.
  static func component(_ slot: UInt64, _ image: [UInt8], payloads: Int = 1) throws -> Component {
    let digest = AsvinCrypto.SHA256.digest(of: image.span)
    var payload = Payload(size: UInt64(image.count), digest: digest)
    payload.seal = try SealedStream(image, chunk: 9).seal
    var compressed = payload
    compressed.kind = .patch
    return Component(
      slot: slot, size: UInt64(image.count), digest: digest,
      payloads: [payload] + Array(repeating: compressed, count: payloads - 1))
  }

  /// The plan for a payload of a slot, or `nil` where the release has none.
  func plan(
    slot: UInt64, payload: Int = 0, floor: DevicePolicy.Demand<UInt64> = .required(7)
  ) throws(Rejection) -> InstallPlan? {
    let cryptography = DeviceCryptography()
    let anchors = [TrustAnchor(Update.key.publicKey, using: cryptography)]
    guard let trust = Trust(anchors.span) else { fatalError("one key is trust") }
    let device = DevicePolicy(
      vendor: .required(Update.vendor), deviceClass: .required(Update.deviceClass), floor: floor, sequence: 7,
      slots: .required(DeviceSlots(.max, needed: 1)), features: .max, memory: 1 << 20)
    let release = try Verifier(cryptography).verify(envelope.span, trust: trust, device: device)
    return InstallPlan(release, slot: slot, payload: payload)
  }
}
