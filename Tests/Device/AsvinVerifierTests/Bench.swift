import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import FoundationEssentials

/// What the tests verify with: the TEST-ONLY keys, releases signed by them, and the device of the vectors.
enum Bench {
  static let vendor = Identifier.vendor(domain: "example.com")
  static let deviceClass = Identifier.deviceClass("board", of: vendor)

  static let keys: [SignatureAlgorithm: PrivateKey] = {
    var keys: [SignatureAlgorithm: PrivateKey] = [:]
    for (algorithm, name) in [(SignatureAlgorithm.ed25519, "ed25519"), (.ecdsaP256, "ecdsa-p256")] {
      let url = URL(filePath: "\(Shared.projectFolder)/Keys/TEST-ONLY-\(name).pem")
      // A missing test key fails every test that asks for it, with the name of the key.
      keys[algorithm] = try? PrivateKey(pem: Array(Data(contentsOf: url)), passphrase: nil)  // fails its tests
    }
    return keys
  }()

  static func key(_ algorithm: SignatureAlgorithm) -> PrivateKey {
    guard let key = keys[algorithm] else { fatalError("no TEST-ONLY key for \(algorithm)") }
    return key
  }

  static func publicKey(_ algorithm: SignatureAlgorithm, _ bytes: [UInt8]) -> PublicKey? {
    PublicKey(algorithm, bytes.span)
  }

  static func anchors(_ keys: [PublicKey]) -> [TrustAnchor] { keys.map { TrustAnchor($0, using: OpenSSL()) } }

  static let bothAnchors = anchors([key(.ed25519).publicKey, key(.ecdsaP256).publicKey])

  /// A release for the device, with one complete image.
  static func manifest(_ change: (inout Manifest) -> Void = { _ in }) -> Manifest {
    guard let name = Name("blink"), let version = Name("1.0.0") else { fatalError("names are valid") }
    var manifest = Manifest(
      name: name, vendor: vendor, deviceClass: deviceClass, sequence: 7, version: version, components: [component(0)])
    change(&manifest)
    return manifest
  }

  static func digest(_ number: UInt8) -> Digest { Digest { _ in number } }

  static func component(_ slot: UInt64) -> Component {
    Component(slot: slot, size: 5, digest: digest(5), payloads: [Payload(size: 5, digest: digest(5))])
  }

  static func signature(_ signer: PrivateKey, over manifest: [UInt8]) throws -> [UInt8] {
    let algorithm = signer.publicKey.algorithm
    let header = Envelope.protectedHeader(algorithm: algorithm, keyID: signer.publicKey.keyID(using: OpenSSL()))
    let message = Envelope.signedMessage(protectedHeader: header, payload: manifest)
    return Envelope.sign1(protectedHeader: header, signature: try signer.signature(of: message))
  }

  static func envelope(_ manifest: [UInt8], signatures: [[UInt8]]) throws -> [UInt8] {
    try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile(signatures))
  }

  static func envelope(_ manifest: Manifest = manifest(), by signers: [PrivateKey]) throws -> [UInt8] {
    let bytes = try manifest.encoded()
    return try envelope(bytes, signatures: signers.map { try signature($0, over: bytes) })
  }
}

/// What became of an envelope.
enum Outcome: Equatable {
  case accepted(digest: [UInt8], signers: UInt32)
  case rejected(Reason)

  var reason: Reason? {
    guard case .rejected(let reason) = self else { return nil }
    return reason
  }
}

extension Bench {
  /// Verifies an envelope for the device of the vectors, or for one that differs from it.
  static func outcome(
    _ envelope: [UInt8], trusting anchors: [TrustAnchor] = bothAnchors, threshold: Int = 1,
    vendor: Identifier? = vendor, deviceClass: Identifier? = deviceClass, floor: UInt64? = 6, sequence: UInt64? = 6,
    slots: DevicePolicy.Demand<DeviceSlots> = .unchecked, longestStep: UInt64 = DevicePolicy.usualStep,
    features: UInt64 = 0,
    memory: UInt64 = 0, installed: [InstalledImage] = []
  ) -> Outcome {
    guard let trust = Trust(anchors.span, threshold: threshold) else { fatalError("no such trust") }
    let device = DevicePolicy(
      vendor: vendor.map { .required($0) } ?? .unchecked,
      deviceClass: deviceClass.map { .required($0) } ?? .unchecked,
      floor: floor.map { .required($0) } ?? .unchecked, sequence: sequence,
      slots: slots, longestStep: longestStep, features: features, memory: memory,
      installed: installed.span)
    do throws(Rejection) {
      let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
      return .accepted(digest: verified.digest.array, signers: verified.signers)
    } catch {
      return .rejected(error.reason)
    }
  }
}
