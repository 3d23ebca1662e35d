import AsvinManifest

/// The progress of an installation: where the stream is to be resumed, and how much of the image is in the slot. It
/// stays in the record that is read and written, because a structure of this size would be copied from register to
/// register on a small device.
///
/// | word | |
/// |---|---|
/// | 0 | bytes of the payload that were forwarded, at a block's start |
/// | 1 | bytes of the image that are in the slot: a multiple of its erase block |
/// | 2 | the lowest 32 bits of the slot's number, which is one of a few; the payload's place |
/// | 3–6 | which release it is |
/// | 7–10 | the digest that the next block of a sealed stream must have |
struct Progress {
  var record = Record()

  var position: UInt64 {
    get { record.words[0] }
    set { record.words[0] = newValue }
  }
  var written: UInt64 {
    get { record.words[1] }
    set { record.words[1] = newValue }
  }
  var expected: Digest {
    get { record[digest: 7] }
    set { record[digest: 7] = newValue }
  }

  /// An empty progress.
  init() {}

  /// The progress in a record.
  init(_ record: Record) { self.record = record }

  /// The start of a plan.
  init(_ plan: InstallPlan) { begin(plan) }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func begin(_ plan: InstallPlan) {
    record = Record()
    (position, written) = (0, 0)
    record.words[2] =
      UInt64(UInt32(truncatingIfNeeded: plan.payload)) << 32 | UInt64(UInt32(truncatingIfNeeded: plan.slot))
    record[digest: 3] = plan.release
    expected = plan.firstLink
  }

  /// Whether a record is of this release, slot and payload, and is consistent. A journal comes from flash, and may hold
  /// anything that has a CRC; nothing in it may lead outside. Mutating; otherwise it would be copied.
  mutating func fits(_ plan: InstallPlan, isPatch: Bool, eraseBlock: UInt32) -> Bool {
    var own = Progress(plan)
    return fits(plan, &own, isPatch: isPatch, eraseBlock: eraseBlock)
  }

  /// The same, with a progress of the plan.
  mutating func fits(_ plan: InstallPlan, _ own: inout Progress, isPatch: Bool, eraseBlock: UInt32) -> Bool {
    guard isOfRelease(&own) else { return false }
    let astray = plan.sealing.astray(position) | UInt32(truncatingIfNeeded: written) & (eraseBlock &- 1)
    return astray == 0 && position < plan.payloadSize && (isPatch ? written <= plan.imageSize : written == position)
  }

  /// Whether another progress is of the same release, slot and payload. Inout; otherwise it would be copied.
  private mutating func isOfRelease(_ other: inout Progress) -> Bool {
    unsafe withUnsafeBytes(of: &record.words) { own in
      unsafe withUnsafeBytes(of: &other.record.words) { other in
        unsafe equal(Span(_unsafeBytes: own[16..<56]), Span(_unsafeBytes: other[16..<56]))
      }
    }
  }
}
