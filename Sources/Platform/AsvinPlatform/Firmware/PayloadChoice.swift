package import AsvinHost
import AsvinBundle
package import AsvinManifest
package import AsvinVerifier

/// A payload of a release that a device can use.
package struct ChosenPayload: Sendable {
  package let slot: UInt64
  /// The index of the payload in its component.
  package let index: Int
  /// The number of the payload among all payloads of the release.
  package let number: Int
  package let payload: Payload
}

extension Firmware.Release {
  /// Returns the payloads that a device fetches: for each component that is not installed, the one that its verifier
  /// chooses; `nil` if it can use none.
  ///
  /// - Throws: `WireError` if the manifest is malformed.
  package func payloads(
    installed: [InstalledImage], features: UInt64, memory: UInt64
  ) throws -> [ChosenPayload]? {
    let view = try EnvelopeView(envelope.span)
    let manifest = try Manifest(ManifestView(view.manifest))
    let device = DevicePolicy(
      vendor: .unchecked, deviceClass: .unchecked, floor: .unchecked, sequence: nil, slots: .unchecked,
      features: features, memory: memory, installed: installed.span)
    var chosen: [ChosenPayload] = []
    var cursor = try ManifestView(view.manifest).components
    var (number, index) = (0, 0)
    while let component = try cursor.next() {
      let known = manifest.components[index]
      switch device.choice(for: component) {
      case nil: return nil
      case .alreadyInstalled: break
      case .payload(let place):
        chosen.append(
          ChosenPayload(slot: known.slot, index: place, number: number + place, payload: known.payloads[place]))
      }
      number += known.payloads.count
      index += 1
    }
    return chosen
  }
}

extension Firmware {
  /// Returns a payload from the stored bundle.
  ///
  /// - Parameter number: the number of the payload among all payloads of the release.
  /// - Returns: the bytes and their entry in the manifest; `nil` if the release has no such payload.
  /// - Throws: ``ObjectDamaged``, `FileError`, and the errors of reading a bundle.
  package func payload(
    _ number: Int, in objects: any ObjectStore
  ) async throws -> (source: any ByteSource & Sendable, payload: Payload)? {
    guard let release, let bundle = try await objects.object(release.bundle) else { return nil }
    return try await Workers.files.run {
      let reader = try BundleReader(bundle)
      let manifest = try Manifest(decoding: reader.manifest)
      let members = manifest.members
      guard members.indices.contains(number), case .payload(let component, let index) = members[number].role else {
        return nil
      }
      return (
        reader.content(of: members[number], among: members), manifest.components[component].payloads[index]
      )
    }
  }

  /// Returns the image for slot 0.
  ///
  /// - Throws: the errors of ``payload(_:in:)``.
  package func image(in objects: any ObjectStore) async throws -> (any ByteSource & Sendable)? {
    guard let release else { return try await objects.object(image.digest) }
    guard let bundle = try await objects.object(release.bundle) else { return nil }
    return try await Workers.files.run {
      let reader = try BundleReader(bundle)
      let manifest = try Manifest(decoding: reader.manifest)
      guard let member = manifest.members.first(where: { manifest.isImage($0) }) else { return nil }
      return reader.content(of: member, among: manifest.members)
    }
  }
}
