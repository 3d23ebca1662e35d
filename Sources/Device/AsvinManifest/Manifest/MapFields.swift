/// The offsets of the fields of one map. The complete map was read and checked, with the content of its arrays.
///
/// It stores offsets and not values. The stack of a verifier stays below a kilobyte, because each map then needs only
/// 32 bytes.
struct MapFields: ~Escapable {
  private let bytes: Span<UInt8>
  /// The offset of each key's value, by place (see ``FieldTable/place(_:)``). 0 means that the key is absent, because
  /// the head of the map comes before any value. Place 0 of a manifest holds the offset of its facts, and place 0 of a
  /// payload the offset of the first key that was ignored.
  private var offsets = InlineArray<12, UInt16>(repeating: 0)

  /// Reads a map.
  ///
  /// - Throws: ``WireError`` with the first defect; `overLimit(.envelopeBytes)` for a longer buffer.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @_lifetime(copy reader)
  init(_ reader: inout CBORReader, _ table: FieldTable) throws(WireError) {
    bytes = reader.buffer
    guard UInt64(bytes.count) <= Limit.envelopeBytes.value else { throw WireError(.overLimit(.envelopeBytes), at: 0) }
    let start = reader.offset
    var map = try reader.map()
    var seen: UInt32 = 0
    var keyOffset = reader.offset
    while let key = try reader.nextKey(in: &map) {
      let rule = table.rule(key)
      if rule != .unknown {
        let place = FieldTable.place(key.argument)
        seen |= 1 &<< UInt32(truncatingIfNeeded: place)
        offsets[place] = UInt16(truncatingIfNeeded: reader.offset)
        let count = try reader.check(rule)
        // Payloads are compared with size and digest. Keys ascend, so that those were read before, or are absent.
        if rule == .payloads { try Self.require(0b1110, of: seen, at: start) }
        if rule.isArray { try readItems(&reader, rule, count) }
      } else {
        if offsets[0] == 0 { offsets[0] = UInt16(truncatingIfNeeded: keyOffset) }
        if table == .manifest, key.isNegative {
          try reader.skipFact()
        } else {
          // A later kind of payload may have more keys. An unknown key makes only this payload unusable.
          guard table == .payload else { throw WireError(.unknownKey, at: reader.offset) }
          try reader.skip()
        }
      }
      keyOffset = reader.offset
    }
    try Self.require(table.required, of: seen, at: start)
    guard table == .payload else { return }
    // Chunk and first link are both present or both absent, and so are the base's digest and size. Only a patch states
    // a base or memory.
    guard (seen ^ seen >> 1) & 0b101_0000 == 0 else { throw WireError(.missingKey, at: start) }
    if seen & 0b1_0100_0000 != 0, isImage { throw WireError(.invalidValue, at: start) }
  }

  /// Whether the map has a key.
  @inline(__always)
  func has(_ key: some RawRepresentable<UInt64>) -> Bool { offsets[FieldTable.place(key.rawValue)] != 0 }

  /// Whether the map has only keys of the table.
  var isUnderstood: Bool { offsets[0] == 0 }

  /// The head of a field. An absent field reads as the number 0.
  @inline(__always)
  func head(_ key: some RawRepresentable<UInt64>) -> CBORHead { head(FieldTable.place(key.rawValue)).head }

  /// The number in a field, or the number of its items; 0 if the field is absent.
  @inline(__always)
  func number(_ key: some RawRepresentable<UInt64>) -> UInt64 { head(key).argument }

  /// The number in a field, or `nil` if the field is absent.
  @inline(__always)
  func optional(_ key: some RawRepresentable<UInt64>) -> UInt64? { has(key) ? number(key) : nil }

  /// How many items an array has.
  @inline(__always)
  func count(_ key: some RawRepresentable<UInt64>) -> Int { Int(truncatingIfNeeded: number(key)) }

  /// The items of an array.
  @inline(__always)
  @_lifetime(copy self)
  func items<Item>(_ key: some RawRepresentable<UInt64>) -> ItemCursor<Item> where Item: EncodedItem & ~Escapable {
    let (head, end) = head(FieldTable.place(key.rawValue))
    return ItemCursor(CBORReader(bytes, at: end), count: Int(truncatingIfNeeded: head.argument))
  }

  /// The content of a string; empty where it is absent.
  @inline(__always)
  @_lifetime(copy self)
  func string(_ key: some RawRepresentable<UInt64>) -> Span<UInt8> { content(FieldTable.place(key.rawValue)) }

  /// The private facts of a manifest, which are at its end.
  var facts: FactCursor {
    @_lifetime(copy self)
    get { FactCursor(CBORReader(bytes, at: isUnderstood ? bytes.count : Int(offsets[0]))) }
  }

  /// A value's head, and where the head ends.
  #if hasFeature(Embedded)
  @inline(never)
  @_effects(readonly)
  #endif
  private func head(_ place: Int) -> (head: CBORHead, end: Int) {
    let offset = Int(offsets[place])
    var reader = CBORReader(bytes, at: offset)
    guard offset > 0, let head = try? reader.head() else { return (CBORHead(.unsigned, 0), 0) }  // was read once
    return (head, reader.offset)
  }

  #if hasFeature(Embedded)
  @inline(never)
  @_effects(readonly)
  #endif
  @_lifetime(copy self)
  private func content(_ place: Int) -> Span<UInt8> {
    let (head, start) = head(place)
    return bytes.extracting(start..<start &+ Int(truncatingIfNeeded: head.argument))
  }

  /// Throws `missingKey` unless the keys of all these bits were seen.
  private static func require(_ bits: UInt32, of seen: UInt32, at offset: Int) throws(WireError) {
    guard seen & bits == bits else { throw WireError(.missingKey, at: offset) }
  }
}

// The rules that a ``FieldTable`` cannot express.
extension MapFields {
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func readItems(_ reader: inout CBORReader, _ rule: FieldRule, _ count: Int) throws(WireError) {
    let first = reader
    var (left, highest) = (count, 0 as UInt64)
    while left > 0 {
      let itemStart = reader.offset
      switch rule {
      case .signatures: try SignatureView.check(&reader)
      case .keySetLinks: try reader.skip()
      case .logProofs: _ = try reader.embedded()
      default:
        let item = try MapFields(&reader, rule.items ?? .attachment)
        let isGood =
          switch rule {
          case .components: item.isAbove(&highest, isFirst: left == count)
          case .payloads: matches(item, &highest)
          default: try item.isNamedAnew(first, before: itemStart)
          }
        guard isGood else { throw WireError(rule == .attachments ? .duplicateKey : .invalidValue, at: itemStart) }
      }
      left &-= 1
    }
  }

  /// Whether the slot of a component is above that of the component before it.
  private func isAbove(_ highest: inout UInt64, isFirst: Bool) -> Bool {
    let slot = number(ComponentKey.slot)
    guard isFirst || slot > highest else { return false }
    highest = slot
    return true
  }

  /// Whether a payload agrees with the component: at most one payload is an image, with the component's size and
  /// digest.
  private func matches(_ payload: MapFields, _ images: inout UInt64) -> Bool {
    guard payload.isImage else { return true }
    images &+= 1
    return images == 1 && equal(payload.sizeAndDigest, sizeAndDigest)
  }

  /// The encoded size and digest of a component or a payload, keys 2 and 3. Equal values have equal encodings.
  private var sizeAndDigest: Span<UInt8> {
    @_lifetime(copy self)
    get { bytes.extracting(Int(offsets[2])..<Int(offsets[3]) &+ 2 &+ ManifestSchema.digestBytes) }
  }

  /// Whether no earlier attachment has the same name.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func isNamedAnew(_ first: CBORReader, before start: Int) throws(WireError) -> Bool {
    var reader = first
    while reader.offset < start {
      let earlier = try MapFields(&reader, .attachment)
      if equal(earlier.string(AttachmentKey.name), string(AttachmentKey.name)) { return false }
    }
    return true
  }

  private var isImage: Bool { kind == .image }

  /// The kind of a payload, or `nil` if any part of it is unknown. Kinds are below 24, so that the encoded byte is the
  /// value.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  var kind: PayloadKind? {
    isUnderstood ? PayloadKind(rawValue: UInt64(bytes[Int(offsets[FieldTable.place(PayloadKey.kind.rawValue)])])) : nil
  }
}
