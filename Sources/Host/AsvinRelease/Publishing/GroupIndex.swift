import AsvinHost
import AsvinCrypto
import AsvinVerifier
import AsvinManifest
import FoundationEssentials

/// A release in a file group.
package struct PublishedRelease: Codable, Equatable, Sendable {
  /// The product's name.
  package let name: String
  /// The version of the product.
  package let version: String
  /// The sequence number.
  package let sequence: UInt64
  /// The vendor id, as a UUID.
  package let vendor: String
  /// The class id, as a UUID.
  package let deviceClass: String
  /// SHA-256 of the manifest, which identifies the release.
  package let manifest: String
  /// SHA-256 of the bundle, which names its object.
  package let bundle: String
  /// Bytes of the bundle.
  package let size: UInt64

  enum CodingKeys: String, CodingKey {
    case name, version, sequence, vendor
    case deviceClass = "class"
    case manifest, bundle, size
  }
}

/// The index of a file group: its releases in the order of publication.
struct GroupIndex: Codable, Equatable {
  static let format = 1
  /// The size limit of an index in bytes, for some hundred thousand releases.
  static let limit = 1 << 26

  var format: Int
  var group: String
  var releases: [PublishedRelease]

  init(group: String) {
    format = Self.format
    self.group = group
    releases = []
  }

  init(_ bytes: [UInt8], path: String, group: String) throws(Failure) {
    do {
      self = try JSONDecoder().decode(GroupIndex.self, from: Data(bytes))
    } catch {
      throw Failure(.failed, "the group index '\(path)' is damaged: \(error)", hint: "restore it from a backup")
    }
    guard format == Self.format, self.group == group else {
      throw Failure(.failed, "'\(path)' is not the index of group '\(group)'", hint: "check --to and --group")
    }
  }

  /// Encodes the index as JSON. Equal indexes have equal bytes.
  func encoded() throws(Failure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(self)) + Array("\n".utf8)
    } catch {
      throw Failure(.failed, "the group index cannot be written as JSON: \(error)")
    }
  }

  /// The release of a class with the highest sequence number.
  func last(vendor: Identifier, deviceClass: Identifier) -> PublishedRelease? {
    let (vendor, deviceClass) = (vendor.uuid, deviceClass.uuid)
    return releases.filter { $0.vendor == vendor && $0.deviceClass == deviceClass }.max { $0.sequence < $1.sequence }
  }

  /// Adds a release if the rules of the group permit it.
  ///
  /// - Returns: whether it was added; `false` if the same bundle is already there.
  mutating func add(_ release: PublishedRelease) throws(Failure) -> Bool {
    if releases.contains(release) { return false }
    let others = releases.filter { $0.vendor == release.vendor && $0.deviceClass == release.deviceClass }
    if others.contains(where: { $0.name == release.name && $0.version == release.version }) {
      throw Failure(
        .rejected, "\(release.name) \(release.version) is already published in group '\(group)' with other bytes",
        hint: "raise the version and sign again")
    }
    if let highest = others.map(\.sequence).max(), release.sequence <= highest {
      throw Failure(
        .rejected, "sequence number \(release.sequence) is not above \(highest), the last in group '\(group)'",
        hint: "sign again with a higher version or --sequence", reason: .sequenceNotAboveFloor)
    }
    releases.append(release)
    return true
  }
}
