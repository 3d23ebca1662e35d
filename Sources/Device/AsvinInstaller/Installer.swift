public import AsvinVerifier
import AsvinManifest

/// Puts a component's image into its slot: accepts the payload's stream in pieces of any size, checks it, writes it,
/// and reads it back. It resumes after a loss of power.
///
/// Of a sealed stream, no byte is parsed or written before it is checked. Of a plain stream, only complete images are
/// accepted, and the slot is checked at the end. In both cases only the ``InstalledComponent`` that ``finish()``
/// returns can be activated.
@safe
public struct Installer<
  Target: FlashRegion, Journal: FlashRegion, Hash: StreamingHash, Patching: PatchApplying & ~Copyable
>: ~Copyable {
  private let target: Target
  private var stream: BlockReader<Journal, Hash>
  private var writer: RegionWriter<Target>
  private var patching: Patching
  /// Bytes of a patch that the applier had before power was lost, and that are skipped.
  private var skipped: UInt64 = 0

  /// Starts the installation of a plan, or resumes it where the journal knows it. The slot is not written to before the
  /// first byte is pushed. The journal is written to: it belongs to this installation from now on, and another one that
  /// still writes to the slot is refused.
  ///
  /// - Parameters:
  ///   - target: the slot. Its content is not needed any more, except as the base of a patch in place.
  ///   - journal: two erase blocks or more, for this slot alone.
  ///   - memory: ``InstallPlan/blockBytes``.
  /// - Throws: ``InstallError``: the slot's erase blocks are too small, the image does not fit the slot, a block does not fit the memory, a patch is not
  ///   sealed, or its base is not in its slot.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @unsafe
  public init(
    _ plan: InstallPlan, into target: Target, journal: Journal, hash: Hash.Type, patching: consuming Patching,
    memory: UnsafeMutableRawBufferPointer
  ) throws(InstallError) {
    guard plan.isAccepted else { throw InstallError(.noUsablePayload, at: 0) }
    guard target.blockBytes >= 512 else { throw InstallError(.flashGeometryMismatch, at: 0) }
    guard plan.imageSize <= target.capacity else { throw InstallError(.imageTooLarge, at: 0) }
    guard plan.blockBytes <= memory.count else { throw InstallError(.chunkTooLarge, at: 0) }
    if plan.isPatch {
      guard Patching.appliesPatches else { throw InstallError(.noUsablePayload, at: 0) }
      guard plan.isSealed else { throw InstallError(.patchNotVerified, at: 0) }
      try patching.check(plan, in: target, hash)
    }
    var stream = unsafe BlockReader<Journal, Hash>(plan, journal: journal, memory: memory.baseAddress)
    // The last known position, unless another release was installed since.
    var known = Progress()
    let isPatch = Patching.appliesPatches && plan.isPatch
    if stream.log.last(into: &known.record),
      known.fits(plan, &stream.progress, isPatch: isPatch, eraseBlock: target.blockBytes)
    {
      stream.progress = known
    }
    if isPatch {
      patching.resume(written: stream.progress.written)
      // The last block that does not start after the applier's position.
      let wanted = patching.offset
      if stream.position > wanted {
        var isThere = false
        if Patching.goesOnInside {
          isThere = stream.log.newest(into: &known.record) {
            var progress = Progress($0)
            return progress.fits(plan, isPatch: true, eraseBlock: target.blockBytes) && progress.position <= wanted
          }
        }
        stream.progress = isThere ? known : Progress(plan)
        // The written part counts, even where the patch is sent again from its start.
        stream.progress.written = patching.written
      }
      skipped = wanted &- stream.position
    }
    // Written before the slot is, so that a later installer knows whose bytes it holds.
    stream.log.append(&stream.progress.record)
    guard !stream.log.hasFailed else { throw InstallError(.flashFailed, at: 0) }
    self.target = target
    self.stream = stream
    writer = RegionWriter(target, at: stream.progress.written)
    self.patching = patching
  }

  /// Where in the stream the next byte is to come from: of ``InstallPlan/streamSize``.
  public var offset: UInt64 { stream.offset }

  private var plan: InstallPlan { stream.plan }
  private var isPatch: Bool { Patching.appliesPatches && plan.isPatch }

  /// Accepts the next bytes of the stream.
  ///
  /// - Throws: ``InstallError``; the installer cannot be used after that, but a new one resumes from the journal.
  public mutating func push(_ bytes: Span<UInt8>) throws(InstallError) {
    try checkOwner()
    var rest = bytes
    while !rest.isEmpty { try accept(&rest) }
  }

  /// Accepts bytes up to the end of a block, and leaves the rest.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func accept(_ bytes: inout Span<UInt8>) throws(InstallError) {
    guard !stream.isDone else { throw failure(.payloadTooLong) }
    let count: Int
    if plan.isSealed {
      guard let checked = stream.take(&bytes) else { throw failure(.linkDigestMismatch) }
      guard checked > 0 else { return }
      count = checked
      try Self.give(stream[first: count], plan, &writer, &patching, &skipped)
    } else {
      // Up to the end of an erase block, where the journal is written.
      let block = target.blockBytes
      let left = block &- UInt32(truncatingIfNeeded: stream.position) & (block &- 1)
      count = min(stream.count(upTo: left).count, bytes.count)
      writer.append(bytes.extracting(first: count))
      bytes = bytes.extracting(droppingFirst: count)
    }
    stream.pass(count)
    try note()
  }

  /// Ends the stream, and reads the slot back.
  ///
  /// - Returns: the component that may be activated.
  /// - Throws: ``InstallError``.
  public mutating func finish() throws(InstallError) -> InstalledComponent {
    try checkOwner()
    guard stream.isDone else { throw failure(.payloadTruncated) }
    if isPatch { try patching.finish() } else { writer.finish() }
    guard !target.hasFailed else { throw failure(.flashFailed) }
    let found = InstalledComponent.holds(target, plan.imageSize, plan.imageDigest, Hash.self)
    guard Decision.isYes(found) else {
      // The noted progress led to a wrong image, so that the next installation starts from the beginning.
      var nothing = Record()
      stream.log.append(&nothing)
      patching.forget()
      throw InstallError(.imageDigestMismatch, at: plan.imageSize)
    }
    return InstalledComponent(plan, found: found)
  }

  /// Refuses to write where another installation was started since, because the slot belongs to that one, or to the
  /// next start.
  private mutating func checkOwner() throws(InstallError) {
    guard stream.log.isCurrent else { throw failure(.slotInUse) }
  }

  /// Why it fails here. Mutating; otherwise the complete installer would be copied for the call.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func failure(_ reason: Reason) -> InstallError { InstallError(reason, at: offset) }

  private static func give(
    _ chunk: Span<UInt8>, _ plan: InstallPlan, _ writer: inout RegionWriter<Target>, _ patching: inout Patching,
    _ skipped: inout UInt64
  ) throws(InstallError) {
    guard Patching.appliesPatches, plan.isPatch else { return writer.append(chunk) }
    let passed = min(skipped, UInt64(chunk.count))
    skipped &-= passed
    try patching.push(chunk.extracting(droppingFirst: Int(truncatingIfNeeded: passed)), maximum: plan.imageSize)
  }

  /// Notes the progress: between erase blocks of an image, and between any blocks of a patch. Bytes that flash did not
  /// accept do not count.
  private mutating func note() throws(InstallError) {
    guard !target.hasFailed else { throw failure(.flashFailed) }
    let position = stream.position
    guard !stream.isDone, isPatch || position & UInt64(target.blockBytes &- 1) == 0 else { return }
    stream.note(written: isPatch ? patching.written : position)
    guard !stream.log.hasFailed else { throw failure(.flashFailed) }
  }
}
