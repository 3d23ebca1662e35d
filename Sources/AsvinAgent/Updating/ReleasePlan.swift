import AsvinCrypto
import AsvinInstaller
import AsvinManifest
import AsvinRelease
import AsvinVerifier
import AsvinWire

/// What a device does with a release: decided by its own verifier, and by nothing that the platform says.
struct ReleasePlan {
  /// One component.
  struct Step {
    let slot: UInt64
    /// What is installed, and by which payload.
    let plan: InstallPlan
    /// Whether the running bank has the image already.
    let isInstalled: Bool
    /// The payload's number among all of the release.
    let number: Int
    let size: UInt64
    let digest: Digest
    let features: UInt64
    let memory: UInt64
    let payloadDigest: Digest
    let isSealed: Bool
  }

  let release: Digest
  let version: String
  let sequence: UInt64
  let steps: [Step]

  /// Instruction sets of patches, and those of the Linux profile.
  static let features: UInt64 = 0x1FE
  /// Bytes that a patch may be applied in.
  static let memory: UInt64 = 256 << 20

  /// Verifies a release for a device.
  ///
  /// - Throws: `Rejection`.
  init(_ envelope: [UInt8], for identity: DeviceIdentity, floor: UInt64, running: BankContent) throws {
    var anchors: [TrustAnchor] = []
    for text in identity.trust { anchors.append(TrustAnchor(try PublicKey(pem: Array(text.utf8)), using: OpenSSL())) }
    guard let trust = Trust(anchors.span), let vendor = Identifier(uuid: identity.vendor),
      let deviceClass = Identifier(uuid: identity.deviceClass)
    else {
      throw Failure(.failed, "the device's identity is damaged", hint: "remove the folder, and enrol the device anew")
    }
    let installed = running.installed
    let device = Device(
      vendor: .required(vendor), deviceClass: .required(deviceClass), floor: .required(floor),
      sequence: running.sequence, slots: .required(DeviceSlots(installed.reduce(0) { $0 | 1 &<< UInt32(truncatingIfNeeded: $1.slot) })),
      features: Self.features, memory: Self.memory, installed: installed.span)
    let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
    let manifest = try Manifest(verified.manifest)
    (release, version, sequence) = (verified.digest, manifest.version.text, manifest.sequence)
    var steps: [Step] = []
    var cursor = verified.manifest.components
    var (number, index) = (0, 0)
    while let component = try cursor.next() {
      let known = manifest.components[index]
      var place = 0
      let choice = device.choice(for: component)
      if case .payload(let chosen) = choice { place = chosen }
      guard let choice, let plan = InstallPlan(verified, slot: known.slot, payload: place) else {
        throw Rejection(.noUsablePayload)
      }
      steps.append(
        Step(
          known, plan, isInstalled: choice == .alreadyInstalled, number: number + place, known.payloads[place]))
      number += known.payloads.count
      index += 1
    }
    self.steps = steps
  }
}

extension ReleasePlan.Step {
  fileprivate init(_ component: Component, _ plan: InstallPlan, isInstalled: Bool, number: Int, _ payload: Payload) {
    self.init(
      slot: component.slot, plan: plan, isInstalled: isInstalled, number: number, size: component.size,
      digest: component.digest, features: payload.features ?? 0, memory: payload.memory ?? 0,
      payloadDigest: payload.digest, isSealed: payload.seal != nil)
  }

  /// Whether it is a patch that no microcontroller applies: it is stored and verified whole, and then applied.
  var isLinuxPatch: Bool { plan.isPatch && features & 1 << 8 != 0 }
}
