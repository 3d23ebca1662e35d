// The complete signed format: the keys of every map, every fixed size and every constant, as in `manifest.cddl`. A test
// reads that file and compares it with these tables. A reader refuses a map with an unknown key of 0 or above. A
// payload is the exception: an unknown key makes only that payload unusable.

/// Keys of an envelope.
public enum EnvelopeKey: UInt64, CaseIterable, Sendable {
  /// The manifest's bytes, as signed.
  case manifest = 1
  /// COSE_Sign1 structures over those bytes.
  case signatures = 2
  /// Key sets that lead from the one a device trusts to the one that signed.
  case keySetLinks = 3
  /// Transparency-log proofs.
  case logProofs = 4
}

/// Keys of a signature's protected header (RFC 9052 §3.1, RFC 9596 for `typ`).
public enum ProtectedKey: UInt64, CaseIterable, Sendable {
  /// The algorithm's COSE number.
  case algorithm = 1
  /// The first 8 bytes of SHA-256(SubjectPublicKeyInfo).
  case keyID = 4
  /// The type of the signed content.
  case type = 16
}

/// Keys of a manifest. Negative keys are private facts.
public enum ManifestKey: UInt64, CaseIterable, Sendable {
  /// The format's number.
  case format = 1
  /// The product's name.
  case name = 2
  /// UUIDv5(DNS namespace, domain).
  case vendor = 3
  /// UUIDv5(vendor id, board name).
  case deviceClass = 4
  /// The sequence number, which rises with every release of a vendor and class.
  case sequence = 5
  /// The version as an operator reads it.
  case version = 6
  /// The images, one for each slot.
  case components = 7
  /// Seconds since 1970.
  case created = 8
  /// The lowest sequence number a device may update from.
  case lowestBase = 9
  /// The key-set version that this release needs.
  case keySetVersion = 10
  /// Documents beside the images.
  case attachments = 11
}

/// Keys of a component.
public enum ComponentKey: UInt64, CaseIterable, Sendable {
  /// 0 is the application.
  case slot = 1
  /// Bytes of the image once installed.
  case size = 2
  /// SHA-256 of the image once installed.
  case digest = 3
  /// The ways to get the image onto a device.
  case payloads = 4
}

/// Keys of a payload.
public enum PayloadKey: UInt64, CaseIterable, Sendable {
  /// ``PayloadKind``.
  case kind = 1
  /// Bytes of the stored payload.
  case size = 2
  /// SHA-256 of the stored payload.
  case digest = 3
  /// Sealed stream: log2 of the chunk size.
  case chunk = 4
  /// Sealed stream: the first link.
  case firstLink = 5
  /// Patch: SHA-256 of the base image.
  case baseDigest = 6
  /// Patch: bytes of the base image.
  case baseSize = 7
  /// Patch: bytes of RAM that applying needs.
  case memory = 8
  /// The abilities that the payload requires of a device, as bits: ``PayloadFeature``.
  case features = 9
}

/// Keys of an attachment.
public enum AttachmentKey: UInt64, CaseIterable, Sendable {
  /// Unique in its manifest.
  case name = 1
  /// For example `application/spdx+json`.
  case mediaType = 2
  /// Bytes.
  case size = 3
  /// SHA-256.
  case digest = 4
}

/// What a payload is.
public enum PayloadKind: UInt64, CaseIterable, Sendable {
  /// The image itself.
  case image = 0
  /// A patch.
  case patch = 1
}

/// The signature algorithms, by their fully specified COSE numbers (RFC 9864).
public enum SignatureAlgorithm: Int64, CaseIterable, Sendable {
  /// Ed25519, strict profile.
  case ed25519 = -19
  /// ECDSA on P-256 with SHA-256 (ESP256).
  case ecdsaP256 = -9

  /// Bytes of a public key: the point (32), or X ‖ Y (64).
  public var publicKeyBytes: Int { self == .ed25519 ? 32 : 64 }
}

/// Constants and fixed sizes of the formats.
public enum ManifestSchema {
  /// The manifest format that this code reads and writes.
  public static let format: UInt64 = 1
  /// `typ` of a signature over a manifest. A verifier compares it, so that a signature over a key set never counts as
  /// one over a manifest.
  public static let manifestType: StaticString = "asvin-manifest"
  /// `typ` of a signature over a key set.
  public static let keySetType: StaticString = "asvin-keyset"
  /// Bytes of a vendor id and of a class id.
  public static let identifierBytes = 16
  /// Bytes of a SHA-256 digest.
  public static let digestBytes = 32
  /// Bytes of a key id.
  public static let keyIDBytes = 8
  /// Bytes of a signature of either algorithm.
  public static let signatureBytes = 64
  /// log2 of a sealed stream's chunk size.
  public static let chunkRange: ClosedRange<UInt64> = 9...16
}
