import AsvinWire

/// How far an installation has come: where the stream is to be gone on with, and what of the image stands.
struct Progress {
  var release: Digest
  var slot: UInt64
  var payload: UInt32
  /// Bytes of the payload that were given on, at a block's start.
  var position: UInt64
  /// Bytes of the image that stand in the slot: a multiple of its erase block.
  var written: UInt64
  /// The digest that the next block of a sealed stream must have.
  var expected: Digest

  init(_ plan: InstallPlan, position: UInt64, written: UInt64, expected: Digest) {
    (release, slot, payload) = (plan.release, plan.slot, UInt32(truncatingIfNeeded: plan.payload))
    (self.position, self.written, self.expected) = (position, written, expected)
  }

  /// The progress that a record tells; `nil` where it is of another release, slot or payload.
  init?(_ record: Record, of plan: InstallPlan) {
    var record = record
    release = Digest { _ in 0 }
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    for index in 0..<32 { bytes[index] = record.take() }
    release = Digest { bytes[$0] }
    // A slot's number is one of a few, and a record is short.
    slot = UInt64(record.takeWord())
    payload = record.takeWord()
    position = record.takeNumber()
    written = record.takeNumber()
    for index in 0..<32 { bytes[index] = record.take() }
    expected = Digest { bytes[$0] }
    guard release == plan.release, slot == plan.slot & 0xFFFF_FFFF, payload == UInt32(truncatingIfNeeded: plan.payload)
    else { return nil }
  }

  var record: Record {
    var record = Record()
    record.put(release.span)
    record.put(UInt32(truncatingIfNeeded: slot))
    record.put(payload)
    record.put(position)
    record.put(written)
    record.put(expected.span)
    return record
  }
}
