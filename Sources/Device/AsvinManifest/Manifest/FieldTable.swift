/// The rule by which the value of a key is read and checked.
///
/// Each map of the format is a table of rules, and one reader follows all tables, because separate code for some thirty
/// fields would not fit a microcontroller's flash.
enum FieldRule: UInt8 {
  /// The map does not have this key.
  case unknown = 0
  /// An unsigned integer.
  case number
  /// An unsigned integer of at least 1: a size of something that exists.
  case size
  /// log2 of a chunk's size.
  case chunk
  /// A COSE algorithm number, known or not.
  case algorithm
  /// Byte strings of a fixed length.
  case identifier, digest, keyID
  /// A byte string: an encoded manifest.
  case manifest
  /// Text strings: any, and a ``Name``.
  case text, name
  /// Arrays.
  case components, attachments, payloads, signatures, keySetLinks, logProofs

  /// The table of the maps in an array, or `nil` for an array of other items.
  var items: FieldTable? {
    switch self {
    case .components: .component
    case .attachments: .attachment
    case .payloads: .payload
    default: nil
    }
  }

  /// Whether items follow.
  var isArray: Bool { rawValue >= Self.components.rawValue }

  var major: CBORHead.Major {
    switch self {
    case .unknown, .number, .size, .chunk: .unsigned
    case .algorithm: .negative
    case .identifier, .digest, .keyID, .manifest: .bytes
    case .text, .name: .text
    case .components, .attachments, .payloads, .signatures, .keySetLinks, .logProofs: .array
    }
  }

  /// The least value, length or count.
  var lowest: UInt8 {
    switch self {
    case .unknown, .number, .algorithm, .manifest, .text, .signatures: 0
    case .size, .name, .components, .attachments, .payloads, .keySetLinks, .logProofs: 1
    case .chunk: UInt8(ManifestSchema.chunkRange.lowerBound)
    case .identifier: UInt8(ManifestSchema.identifierBytes)
    case .digest: UInt8(ManifestSchema.digestBytes)
    case .keyID: UInt8(ManifestSchema.keyIDBytes)
    }
  }

  /// The greatest value, length or count; `UInt16.max` if there is no limit.
  var highest: UInt16 {
    switch self {
    case .chunk: UInt16(ManifestSchema.chunkRange.upperBound)
    case .identifier, .digest, .keyID: UInt16(lowest)
    case .unknown, .number, .size, .algorithm, .text: .max
    case .manifest: UInt16(Limit.manifestBytes.value)
    case .name: UInt16(Limit.nameBytes.value)
    case .components: UInt16(Limit.components.value)
    case .attachments: UInt16(Limit.attachments.value)
    case .payloads: UInt16(Limit.payloads.value)
    case .signatures: UInt16(Limit.signatures.value)
    case .keySetLinks: UInt16(Limit.keySetLinks.value)
    case .logProofs: UInt16(Limit.logProofs.value)
    }
  }

  /// The name of the upper limit, or `nil` if it has none.
  var limit: Limit? {
    switch self {
    case .manifest: .manifestBytes
    case .name: .nameBytes
    case .components: .components
    case .attachments: .attachments
    case .payloads: .payloads
    case .signatures: .signatures
    case .keySetLinks: .keySetLinks
    case .logProofs: .logProofs
    default: nil
    }
  }
}

/// The maps of the format, and the fields of each.
enum FieldTable: UInt8 {
  case envelope, protected, manifest, component, payload, attachment

  /// How a key's value is read.
  func rule(_ key: CBORKey) -> FieldRule {
    let place = Self.place(key.argument)
    guard !key.isNegative, key.argument >= 1, key.argument <= 16, place < 12 else { return .unknown }
    return Self.rules[Int(rawValue) &* 12 &+ place]
  }

  /// The required keys of a map: the bit of a key's place is set.
  var required: UInt32 {
    switch self {
    case .envelope: 0b0110
    case .protected: 0b1_0011
    case .manifest: 0b1111_1110
    case .component, .attachment: 0b1_1110
    case .payload: 0b1110
    }
  }

  /// The place of a key from 1 to 16 in its row: its lowest four bits, which differ within each map.
  static func place(_ key: UInt64) -> Int { Int(truncatingIfNeeded: key & 15) }

  /// A row for each map, a column for each of the keys 16 and 1 to 11, as ``ManifestKey`` and the others name them.
  private static let rules: InlineArray<72, FieldRule> = [
    // Envelope: manifest, signatures, key-set links, log proofs.
    .unknown, .manifest, .signatures, .keySetLinks, .logProofs, .unknown,
    .unknown, .unknown, .unknown, .unknown, .unknown, .unknown,
    // Protected header: type (16), algorithm, key id (4).
    .text, .algorithm, .unknown, .unknown, .keyID, .unknown,
    .unknown, .unknown, .unknown, .unknown, .unknown, .unknown,
    // Manifest: format, name, vendor, class, sequence; version, components, created, lowest base, key set, attachments.
    .unknown, .number, .name, .identifier, .identifier, .number,
    .name, .components, .number, .number, .number, .attachments,
    // Component: slot, size, digest, payloads.
    .unknown, .number, .size, .digest, .payloads, .unknown,
    .unknown, .unknown, .unknown, .unknown, .unknown, .unknown,
    // Payload: kind, size, digest, chunk, first link; base's digest, base's size, memory, features.
    .unknown, .number, .size, .digest, .chunk, .digest,
    .digest, .number, .number, .number, .unknown, .unknown,
    // Attachment: name, media type, size, digest.
    .unknown, .name, .text, .number, .digest, .unknown,
    .unknown, .unknown, .unknown, .unknown, .unknown, .unknown,
  ]
}
