package import AsvinManifest

/// A member of a bundle's archive beyond its manifest and signatures.
package struct BundleMember: Equatable, Sendable {
  /// The entry of the manifest that a member belongs to.
  package enum Role: Equatable, Sendable {
    /// A payload: its component's and its own index in the manifest.
    case payload(component: Int, index: Int)
    /// An attachment, by its index in the manifest.
    case attachment(Int)
  }

  /// The member's name in the archive.
  package let name: String
  package let role: Role
  /// Bytes.
  package let size: UInt64
  /// SHA-256.
  package let digest: Digest

  package init(name: String, role: Role, size: UInt64, digest: Digest) {
    self.name = name
    self.role = role
    self.size = size
    self.digest = digest
  }

  /// The name of the first member.
  package static let manifestName = "manifest.cbor"
  /// The name of the second member.
  package static let signaturesName = "signatures.cbor"
}

extension Manifest {
  /// The members that follow the manifest and the signatures, in their order. A payload is numbered through all
  /// components. A payload of an unknown kind is stored like a patch, but no bundle of this version holds one.
  package var members: [BundleMember] {
    var members: [BundleMember] = []
    for (component, content) in components.enumerated() {
      for (index, payload) in content.payloads.enumerated() {
        let kind = payload.kind == .image ? "image" : "patch"
        members.append(
          BundleMember(
            name: "payloads/\(members.count)-\(kind)", role: .payload(component: component, index: index),
            size: payload.size, digest: payload.digest))
      }
    }
    for (index, attachment) in attachments.enumerated() {
      members.append(
        BundleMember(
          name: "attachments/\(attachment.name.text)", role: .attachment(index), size: attachment.size,
          digest: attachment.digest))
    }
    return members
  }
}
