/// The limits of every length, count and depth in data from outside. An error names the limit that was exceeded.
public enum Limit: UInt8, CaseIterable, Sendable {
  /// Bytes of an envelope.
  case envelopeBytes
  /// Bytes of a manifest.
  case manifestBytes
  /// Signatures of an envelope.
  case signatures
  /// Key-set links of an envelope.
  case keySetLinks
  /// Log proofs of an envelope.
  case logProofs
  /// Components of a manifest.
  case components
  /// Payloads of a component.
  case payloads
  /// Attachments of a manifest.
  case attachments
  /// Bytes of a name or a version.
  case nameBytes
  /// Levels of arrays and maps in a value that is skipped.
  case nesting
  /// Keys that a verifier trusts at once.
  case trustedKeys
  /// Bytes of one bundle member: the largest number that the size field of a ustar header can hold.
  case memberBytes

  /// The largest value allowed.
  public var value: UInt64 {
    switch self {
    case .envelopeBytes: 16_384
    case .manifestBytes: 4_096
    case .signatures: 8
    case .keySetLinks: 8
    case .logProofs: 4
    case .components: 8
    case .payloads: 16
    case .attachments: 32
    case .nameBytes: 64
    case .nesting: 8
    case .trustedKeys: 16
    case .memberBytes: 8_589_934_591
    }
  }

  /// The limit's name as an error shows it.
  public var name: StaticString {
    switch self {
    case .envelopeBytes: "bytes of an envelope"
    case .manifestBytes: "bytes of a manifest"
    case .signatures: "signatures of an envelope"
    case .keySetLinks: "key-set links of an envelope"
    case .logProofs: "log proofs of an envelope"
    case .components: "components of a manifest"
    case .payloads: "payloads of a component"
    case .attachments: "attachments of a manifest"
    case .nameBytes: "bytes of a name"
    case .nesting: "levels of nesting"
    case .trustedKeys: "trusted keys"
    case .memberBytes: "bytes of a bundle member"
    }
  }
}
