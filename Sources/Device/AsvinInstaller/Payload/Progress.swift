import AsvinManifest

/// The progress of an installation: the position at which the stream is resumed, and the number of bytes of the image
/// in the slot. The fields are read and written inside the record. As separate fields they would be copied one by one
/// on a small device.
///
/// | word | |
/// |---|---|
/// | 0 | bytes of the payload that were forwarded; the next byte begins a block |
/// | 1 | bytes of the image that are in the slot, a multiple of its erase block |
/// | 2 | the lowest 32 bits of the component's slot number; the payload's place in the component |
/// | 3–6 | the release: SHA-256 of its manifest |
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

  /// Creates the progress of a plan that has not begun.
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

  /// Whether this is the progress of a plan's release, slot and payload, with positions inside the payload and the
  /// image. Any bytes with a valid CRC may be in flash, so that the positions cannot be trusted. It is mutating so that
  /// it is not copied.
  mutating func fits(_ plan: InstallPlan, isPatch: Bool, eraseBlock: UInt32) -> Bool {
    var own = Progress(plan)
    return fits(plan, &own, isPatch: isPatch, eraseBlock: eraseBlock)
  }

  /// As above. `own` is a new progress of the plan.
  mutating func fits(_ plan: InstallPlan, _ own: inout Progress, isPatch: Bool, eraseBlock: UInt32) -> Bool {
    guard isOfRelease(&own) else { return false }
    let astray = plan.sealing.astray(position) | UInt32(truncatingIfNeeded: written) & (eraseBlock &- 1)
    return astray == 0 && position < plan.payloadSize && (isPatch ? written <= plan.imageSize : written == position)
  }

  /// Whether another progress is of the same release, slot and payload. It is `inout` so that it is not copied.
  private mutating func isOfRelease(_ other: inout Progress) -> Bool {
    unsafe withUnsafeBytes(of: &record.words) { own in
      unsafe withUnsafeBytes(of: &other.record.words) { other in
        unsafe equal(Span(_unsafeBytes: own[16..<56]), Span(_unsafeBytes: other[16..<56]))
      }
    }
  }
}
