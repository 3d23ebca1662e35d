extension Manifest {
  /// Encodes the manifest deterministically, reads the bytes back and compares before it returns them.
  ///
  /// - Throws: ``WireError`` where the value breaks a rule of the schema.
  public func encoded() throws(WireError) -> [UInt8] {
    var writer = CBORWriter()
    let optional = [created, lowestBase, keySetVersion].filter { $0 != nil }.count + (attachments.isEmpty ? 0 : 1)
    writer.head(.map, UInt64(7 + optional + facts.count))
    writer.field(ManifestKey.format) { $0.unsigned(ManifestSchema.format) }
    writer.field(ManifestKey.name) { $0.text(name.utf8) }
    writer.field(ManifestKey.vendor) { $0.byteString(vendor.array) }
    writer.field(ManifestKey.deviceClass) { $0.byteString(deviceClass.array) }
    writer.field(ManifestKey.sequence) { $0.unsigned(sequence) }
    writer.field(ManifestKey.version) { $0.text(version.utf8) }
    writer.field(ManifestKey.components) { writer in
      writer.head(.array, UInt64(components.count))
      for component in components { component.write(to: &writer) }
    }
    writer.field(ManifestKey.created, created)
    writer.field(ManifestKey.lowestBase, lowestBase)
    writer.field(ManifestKey.keySetVersion, keySetVersion)
    if !attachments.isEmpty {
      writer.field(ManifestKey.attachments) { writer in
        writer.head(.array, UInt64(attachments.count))
        for attachment in attachments { attachment.write(to: &writer) }
      }
    }
    for fact in facts { fact.write(to: &writer) }
    guard try Manifest(decoding: writer.bytes) == self else { throw WireError(.invalidValue, at: 0) }
    return writer.bytes
  }
}

extension Component {
  fileprivate func write(to writer: inout CBORWriter) {
    writer.head(.map, 4)
    writer.field(ComponentKey.slot) { $0.unsigned(slot) }
    writer.field(ComponentKey.size) { $0.unsigned(size) }
    writer.field(ComponentKey.digest) { $0.byteString(digest.array) }
    writer.field(ComponentKey.payloads) { writer in
      writer.head(.array, UInt64(payloads.count))
      for payload in payloads { payload.write(to: &writer) }
    }
  }
}

extension Payload {
  /// Writes a payload. An unknown kind has no number and is not written, so that reading back reports the missing key.
  fileprivate func write(to writer: inout CBORWriter) {
    let pairs =
      2 + (kind == nil ? 0 : 1) + (seal == nil ? 0 : 2) + (base == nil ? 0 : 2) + (memory == nil ? 0 : 1)
      + (features == nil ? 0 : 1)
    writer.head(.map, UInt64(pairs))
    writer.field(PayloadKey.kind, kind?.rawValue)
    writer.field(PayloadKey.size) { $0.unsigned(size) }
    writer.field(PayloadKey.digest) { $0.byteString(digest.array) }
    if let seal {
      writer.field(PayloadKey.chunk) { $0.unsigned(seal.chunk) }
      writer.field(PayloadKey.firstLink) { $0.byteString(seal.firstLink.array) }
    }
    if let base {
      writer.field(PayloadKey.baseDigest) { $0.byteString(base.digest.array) }
      writer.field(PayloadKey.baseSize) { $0.unsigned(base.size) }
    }
    writer.field(PayloadKey.memory, memory)
    writer.field(PayloadKey.features, features)
  }
}

extension Attachment {
  fileprivate func write(to writer: inout CBORWriter) {
    writer.head(.map, 4)
    writer.field(AttachmentKey.name) { $0.text(name.utf8) }
    writer.field(AttachmentKey.mediaType) { $0.text(Array(mediaType.utf8)) }
    writer.field(AttachmentKey.size) { $0.unsigned(size) }
    writer.field(AttachmentKey.digest) { $0.byteString(digest.array) }
  }
}

extension Fact {
  fileprivate func write(to writer: inout CBORWriter) {
    writer.key(key)
    switch value {
    case .unsigned(let value): writer.head(.unsigned, value)
    case .negative(let value): writer.head(.negative, value)
    case .bytes(let value): writer.byteString(value)
    case .text(let value): writer.text(value)
    case .bool(let value): writer.bool(value)
    }
  }
}

extension CBORWriter {
  fileprivate mutating func field<Key: RawRepresentable<UInt64>>(_ key: Key, _ value: (inout CBORWriter) -> Void) {
    unsigned(key.rawValue)
    value(&self)
  }

  fileprivate mutating func field<Key: RawRepresentable<UInt64>>(_ key: Key, _ value: UInt64?) {
    guard let value else { return }
    field(key) { $0.unsigned(value) }
  }
}
