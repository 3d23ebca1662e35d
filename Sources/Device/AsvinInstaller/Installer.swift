public import AsvinVerifier
import AsvinManifest

/// Installs a component's image into its slot. It accepts the payload's stream in pieces of any size, checks it, writes
/// it, and reads it back. It resumes after a loss of power.
///
/// In a sealed stream, each byte is checked before it is parsed or written. A plain stream can only hold a complete
/// image, and the slot is checked at the end. In both cases only the ``InstalledComponent`` that ``finish()`` returns
/// can be activated.
@safe
public struct Installer<
  Target: FlashRegion, Journal: FlashRegion, Hash: StreamingHash, Patching: PatchApplying & ~Copyable
>: ~Copyable {
  private let target: Target
  private var stream: BlockReader<Journal, Hash>
  private var writer: RegionWriter<Target>
  private var patching: Patching
  /// Bytes of the stream that the applier had processed before power was lost. They are skipped.
  private var skipped: UInt64 = 0

  /// Starts the installation of a plan, or resumes it if the journal holds its progress. The slot is not written to
  /// before the first byte is pushed. The journal is written to at once. From then on it belongs to this installation,
  /// and an older installation that continues to write to the slot is refused.
  ///
  /// - Parameters:
  ///   - target: the slot. Its content is lost. A patch in place reads it as its base before that.
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
    // The last position in the journal, if it is of this release.
    var known = Progress()
    let isPatch = Patching.appliesPatches && plan.isPatch
    if stream.log.last(into: &known.record),
      known.fits(plan, &stream.progress, isPatch: isPatch, eraseBlock: target.blockBytes)
    {
      stream.progress = known
    }
    if isPatch {
      patching.resume(written: stream.progress.written)
      // The journal's last block that starts at or before the applier's position.
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
        // A patch that is sent again from its start does not write the same bytes again.
        stream.progress.written = patching.written
      }
      skipped = wanted &- stream.position
    }
    // The journal is written before the slot, so that a later installer knows which release the slot's bytes belong to.
    stream.log.append(&stream.progress.record)
    guard !stream.log.hasFailed else { throw InstallError(.flashFailed, at: 0) }
    self.target = target
    self.stream = stream
    writer = RegionWriter(target, at: stream.progress.written)
    self.patching = patching
  }

  /// The offset of the next byte in the stream, from 0 to ``InstallPlan/streamSize``.
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
      // At most up to the end of an erase block, because the journal is written there.
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
      // The progress in the journal led to a wrong image. Without it, the next installation starts from the beginning.
      var nothing = Record()
      stream.log.append(&nothing)
      patching.forget()
      throw InstallError(.imageDigestMismatch, at: plan.imageSize)
    }
    return InstalledComponent(plan, found: found)
  }

  /// Refuses to write if another installation was started after this one. The slot may then belong to that one or hold
  /// the image of the next start.
  private mutating func checkOwner() throws(InstallError) {
    guard stream.log.isCurrent else { throw failure(.slotInUse) }
  }

  /// The error for a failure at the present offset. It is mutating so that the installer is not copied for the call.
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

  /// Writes the progress to the journal: after each erase block of an image, and after each block of a patch. Bytes
  /// that the flash did not accept do not count.
  private mutating func note() throws(InstallError) {
    guard !target.hasFailed else { throw failure(.flashFailed) }
    let position = stream.position
    guard !stream.isDone, isPatch || position & UInt64(target.blockBytes &- 1) == 0 else { return }
    stream.note(written: isPatch ? patching.written : position)
    guard !stream.log.hasFailed else { throw failure(.flashFailed) }
  }
}
