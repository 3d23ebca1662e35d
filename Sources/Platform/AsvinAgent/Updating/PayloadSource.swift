import AsvinBundle
package import AsvinHost
import AsvinManifest

/// The payloads of a bundle file, which are verified before one is used.
package struct BundlePayloads: Sendable {
  let envelope: [UInt8]
  private let members: [any ByteSource & Sendable]
  private let seals: [UInt64?]

  /// Verifies all members of a bundle against the manifest, and the manifest against the keys that the device trusts.
  ///
  /// - Throws: ``Failure``.
  package init(_ path: String, for identity: DeviceIdentity) throws(Failure) {
    let bundle = try OpenBundle(explaining(path) { try InputFile(path) }, name: path)
    let acceptance = try identity.acceptance()
    let release = try bundle.verify(acceptance, in: Environment(folder: "")).release
    envelope = bundle.envelope
    let all = release.manifest.members
    let payloads = all.filter { if case .payload = $0.role { true } else { false } }
    members = payloads.map { bundle.reader.content(of: $0, among: all) }
    seals = release.manifest.components.flatMap { $0.payloads.map { $0.seal?.chunk } }
  }

  /// Returns a payload, as a sealed stream if requested.
  ///
  /// - Throws: ``Failure`` for a payload that the bundle does not have, `FileError`.
  func source(_ number: Int, sealed: Bool) throws -> any ByteSource & Sendable {
    guard members.indices.contains(number) else { throw Failure(.rejected, "the bundle lacks payload \(number)") }
    guard sealed, let chunk = seals[number] else { return members[number] }
    return try SealedStream(members[number], chunk: chunk).source(of: members[number])
  }
}

/// The source of the payloads of an update.
enum PayloadSource {
  case platform
  case bundle(BundlePayloads)
}
