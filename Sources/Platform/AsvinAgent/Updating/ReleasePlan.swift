import AsvinPlatformAPI
import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinManifest
import AsvinVerifier

/// The installation of a release as the device's own verifier decides it. The platform has no influence on it.
struct ReleasePlan {
  /// The installation of one component.
  struct Step {
    let slot: UInt64
    /// The image and the payload.
    let plan: InstallPlan
    /// Whether the running slot set has the image already.
    let isInstalled: Bool
    /// The index of the payload in the component.
    let place: Int
    /// The number of the payload among all payloads of the release.
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

  /// The images of the release.
  var installed: [InstalledSlot] {
    steps.map { InstalledSlot(slot: $0.slot, size: $0.size, digest: $0.digest.hexadecimal) }
  }

  /// The feature bits of all instruction sets and of the Linux profile.
  static let features = PayloadFeature.twoSlots | PayloadFeature.stored
  /// The memory for applying a patch in bytes.
  static let memory: UInt64 = 256 << 20

  /// A payload that failed and is not chosen again.
  struct Exclusion: Hashable {
    let slot: UInt64
    /// The index of the payload in the component.
    let payload: Int
  }

  /// Verifies a release for a device.
  ///
  /// - Parameters:
  ///   - running: the running release with its intact images; `nil` if it is unknown.
  ///   - slots: the slots in which the device has an image. A release without one of them is refused.
  ///   - excluded: payloads that failed.
  /// - Throws: `Rejection`.
  init(
    _ envelope: [UInt8], for identity: DeviceIdentity, floor: UInt64, running: SlotSetContent?,
    slots: Set<UInt64>? = nil, excluded: Set<Exclusion> = []
  ) throws {
    let parts = try identity.verifying()
    guard let trust = Trust(parts.anchors.span) else { throw Rejection(.untrustedKey) }
    let installed = running?.installed ?? []
    let needed = (slots ?? Set(installed.map(\.slot))).reduce(UInt32(0)) { $0 | 1 << UInt32(clamping: $1) }
    var device = DevicePolicy(
      vendor: .required(parts.vendor), deviceClass: .required(parts.deviceClass), floor: .required(floor),
      sequence: running?.sequence, slots: .required(DeviceSlots(identity.slotMask, needed: needed)),
      features: Self.features,
      memory: Self.memory, installed: installed.span)
    let verified = try Verifier(OpenSSL()).verify(envelope.span, trust: trust, device: device)
    let manifest = try Manifest(verified.manifest)
    (release, version, sequence) = (verified.digest, manifest.version.text, manifest.sequence)
    var steps: [Step] = []
    var cursor = verified.manifest.components
    var (number, index) = (0, 0)
    while let component = try cursor.next() {
      let known = manifest.components[index]
      var place = 0
      device.excludedPayloads = excluded.reduce(0) { mask, failed in
        failed.slot == known.slot ? mask | 1 << UInt32(clamping: failed.payload) : mask
      }
      let choice = device.choice(for: component)
      if case .payload(let chosen) = choice { place = chosen }
      guard let choice, let plan = InstallPlan(verified, slot: known.slot, payload: place) else {
        throw Rejection(.noUsablePayload)
      }
      steps.append(
        Step(
          known, plan, isInstalled: choice == .alreadyInstalled, number: number, place: place, known.payloads[place]))
      number += known.payloads.count
      index += 1
    }
    self.steps = steps
  }
}

extension DeviceIdentity {
  /// A bit for each slot that a release may have.
  fileprivate var slotMask: UInt32 {
    places.map { $0.reduce(0) { $0 | 1 << UInt32(clamping: $1.slot) } } ?? .max
  }
}

extension ReleasePlan.Step {
  fileprivate init(
    _ component: Component, _ plan: InstallPlan, isInstalled: Bool, number: Int, place: Int, _ payload: Payload
  ) {
    self.init(
      slot: component.slot, plan: plan, isInstalled: isInstalled, place: place, number: number + place,
      size: component.size,
      digest: component.digest, features: payload.features ?? 0, memory: payload.memory ?? 0,
      payloadDigest: payload.digest, isSealed: payload.seal != nil)
  }

  /// Whether the payload is a patch that no microcontroller applies, which is stored and verified completely before it is applied.
  var isLinuxPatch: Bool { plan.isPatch && features & PayloadFeature.stored != 0 }
}
