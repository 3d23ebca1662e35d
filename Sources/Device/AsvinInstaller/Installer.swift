public import AsvinVerifier
import AsvinManifest

/// Puts a component's image into its slot: takes the payload's stream in pieces of any size, checks it, writes it, and
/// reads it back. It resumes where a power cut has stopped it.
///
/// Sealed, not one byte of the stream is parsed or written that was not checked before. Plain, only complete images are
/// accepted, and what is in the slot is checked at the end. Either way nothing may be activated but by the
/// ``InstalledComponent`` that ``finish()`` returns.
@safe
public struct Installer<
  Target: FlashRegion, Journal: FlashRegion, Hash: StreamingHash, Patching: PatchApplying & ~Copyable
>: ~Copyable {
  private let plan: InstallPlan
  private let target: Target
  private var log: RecordLog<Journal>
  private var stream: SealedStream<Hash>
  private var writer: SlotWriter<Target>
  private var patching: Patching
  /// Bytes of a patch that the applier had before power was lost, and are to be passed over.
  private var skipped: UInt64 = 0

  /// An installation of a plan, or what is left of it where the journal knows that it was begun. The slot is not written
  /// to before the first byte is pushed. The journal is: it belongs to this installation from now on, and another one
  /// that still writes to the slot is refused.
  ///
  /// - Parameters:
  ///   - target: the slot, in which nothing is that is still needed, but for the base of a patch in place.
  ///   - journal: two erase blocks or more, for this slot alone.
  ///   - memory: ``InstallPlan/blockBytes``.
  /// - Throws: ``InstallError``: the image does not fit the slot, a block does not fit the memory, a patch is not sealed, or
  ///   its base is not in its slot.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  @unsafe
  public init(
    _ plan: InstallPlan, into target: Target, journal: Journal, hash: Hash.Type, patching: consuming Patching,
    memory: UnsafeMutableRawBufferPointer
  ) throws(InstallError) {
    guard plan.isAccepted else { throw InstallError(.noUsablePayload, at: 0) }
    guard plan.imageSize <= target.capacity else { throw InstallError(.imageTooLarge, at: 0) }
    guard plan.blockBytes <= memory.count else { throw InstallError(.chunkTooLarge, at: 0) }
    if plan.isPatch {
      guard Patching.appliesPatches else { throw InstallError(.noUsablePayload, at: 0) }
      guard plan.isSealed else { throw InstallError(.patchNotVerified, at: 0) }
      try patching.check(plan, in: target, hash)
    }
    var log = RecordLog(journal, .progress)
    // Where it was last, unless something else was installed since.
    var known = Progress()
    let isKnown =
      log.last(into: &known.record)
      && known.fits(plan, isPatch: Patching.appliesPatches && plan.isPatch, eraseBlock: target.blockBytes)
    if !isKnown { known.begin(plan) }
    if Patching.appliesPatches, plan.isPatch {
      patching.resume(written: known.written)
      // The last block that does not begin behind the place that the applier wants.
      let wanted = patching.offset
      if known.position > wanted {
        let isThere =
          Patching.goesOnInside
          && log.newest(
            into: &known.record,
            where: {
              var progress = Progress($0)
              return progress.fits(plan, isPatch: true, eraseBlock: target.blockBytes) && progress.position <= wanted
            })
        if !isThere { known.begin(plan) }
        // What is written counts, even where the patch is given again from its start.
        known.written = patching.written
      }
      skipped = wanted &- known.position
    }
    // Noted before the slot is written to: a later installer knows whose bytes are in it.
    log.append(&known.record)
    guard !log.hasFailed else { throw InstallError(.flashFailed, at: 0) }
    (self.plan, self.target, self.log) = (plan, target, log)
    stream = unsafe SealedStream(plan, from: &known, memory: memory)
    writer = SlotWriter(target, written: known.written)
    self.patching = patching
  }

  /// Where in the stream the next byte is to come from: of ``InstallPlan/streamSize``.
  public var offset: UInt64 { stream.offset }

  private var isPatch: Bool { Patching.appliesPatches && plan.isPatch }

  /// Takes the next bytes of the stream.
  ///
  /// - Throws: ``InstallError``; the installer is then of no more use, but a new one resumes from the journal.
  public mutating func push(_ bytes: Span<UInt8>) throws(InstallError) {
    try checkOwner()
    var rest = bytes
    while !rest.isEmpty {
      guard !stream.isDone else { throw failure(.payloadTooLong) }
      if plan.isSealed {
        guard try stream.take(&rest) else { return }
        try Self.give(stream.chunk, plan, &writer, &patching, &skipped)
        stream.advance()
      } else {
        // To the end of an erase block, at which the journal is written.
        let block = target.blockBytes
        let left = block &- UInt32(truncatingIfNeeded: stream.position) & (block &- 1)
        let count = stream.count(upTo: min(Int(truncatingIfNeeded: left), rest.count))
        writer.append(rest.extracting(first: count))
        rest = rest.extracting(droppingFirst: count)
        stream.pass(count)
      }
      try note()
    }
  }

  /// Ends the stream, and reads the slot back.
  ///
  /// - Returns: what may be activated.
  /// - Throws: ``InstallError``.
  public mutating func finish() throws(InstallError) -> InstalledComponent {
    try checkOwner()
    guard stream.isDone else { throw failure(.payloadTruncated) }
    if isPatch { try patching.finish() } else { writer.finish() }
    guard !target.hasFailed else { throw failure(.flashFailed) }
    let found = InstalledComponent.holds(target, plan.imageSize, plan.imageDigest, Hash.self)
    guard Decision.isYes(found) else {
      // What was noted led here: the next one begins anew.
      var nothing = Record()
      log.append(&nothing)
      patching.forget()
      throw InstallError(.imageDigestMismatch, at: plan.imageSize)
    }
    return InstalledComponent(plan, found: found)
  }

  /// Refuses to write where another installation was begun since: the slot is that one's, or the next start's.
  private mutating func checkOwner() throws(InstallError) {
    guard log.isCurrent else { throw failure(.slotInUse) }
  }

  /// Why it fails here. Mutating, because the complete installer would otherwise be copied to be asked.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func failure(_ reason: Reason) -> InstallError { InstallError(reason, at: offset) }

  private static func give(
    _ chunk: Span<UInt8>, _ plan: InstallPlan, _ writer: inout SlotWriter<Target>, _ patching: inout Patching,
    _ skipped: inout UInt64
  ) throws(InstallError) {
    guard Patching.appliesPatches, plan.isPatch else { return writer.append(chunk) }
    let passed = min(skipped, UInt64(chunk.count))
    skipped &-= passed
    try patching.push(chunk.extracting(droppingFirst: Int(truncatingIfNeeded: passed)), maximum: plan.imageSize)
  }

  /// Notes the progress: between erase blocks of an image, and between any blocks of a patch. Not what flash did not
  /// accept.
  private mutating func note() throws(InstallError) {
    let position = stream.position
    let isPlace = !stream.isDone && (isPatch || position & UInt64(target.blockBytes &- 1) == 0)
    if isPlace, !target.hasFailed {
      var progress = Progress(plan)
      (progress.position, progress.expected) = (position, stream.expected)
      progress.written = isPatch ? patching.written : position
      log.append(&progress.record)
    }
    guard !target.hasFailed, !log.hasFailed else { throw failure(.flashFailed) }
  }
}
