public import AsvinVerifier
import AsvinWire

/// Puts a component's image into its slot: takes the payload's stream in pieces of any size, checks it, writes it, and
/// reads it back. It goes on where a power cut has stopped it.
///
/// Sealed, not one byte of the stream is parsed or written that was not checked before. Plain, only whole images are
/// taken, and what stands in the slot is checked at the end. Either way nothing may be activated but by the
/// ``InstalledComponent`` that ``finish()`` gives.
@safe
public struct Installer<
  Target: FlashRegion, Journal: FlashRegion, Hash: StreamingHash, Patching: PatchApplying & ~Copyable
>: ~Copyable {
  private enum Source {
    case plain(position: UInt64)
    case sealed(SealedStream<Hash>)
  }

  private let plan: InstallPlan
  private let target: Target
  private var log: RecordLog<Journal>
  private var source: Source
  private var writer: SlotWriter<Target>
  private var patching: Patching
  /// Bytes of a patch that the applier has had before the power went, and are to be passed over.
  private var skipped: UInt64 = 0

  /// An installation of a plan, or what is left of it where the journal knows that it was begun.
  ///
  /// - Parameters:
  ///   - target: the slot, in which nothing is that is still needed, but for the base of a patch in place.
  ///   - journal: two erase blocks or more, for this slot alone.
  ///   - memory: ``InstallPlan/blockBytes``.
  /// - Throws: ``InstallError``: the image does not fit the slot, a block not the memory, or a patch is not sealed.
  @unsafe
  public init(
    _ plan: InstallPlan, into target: Target, journal: Journal, hash: Hash.Type, patching: consuming Patching,
    memory: UnsafeMutableRawBufferPointer
  ) throws(InstallError) {
    guard plan.imageSize <= target.capacity else { throw InstallError(.imageTooLarge, at: 0) }
    guard plan.blockBytes <= memory.count else { throw InstallError(.chunkTooLarge, at: 0) }
    guard plan.sealing != nil || !plan.isPatch else { throw InstallError(.patchNotVerified, at: 0) }
    self.plan = plan
    self.target = target
    log = RecordLog(journal)
    let known = Self.progress(of: plan, in: log, behind: patching.offset)
    let position = known?.position ?? 0
    if let sealing = plan.sealing {
      source = .sealed(
        unsafe SealedStream(
          sealing, size: plan.payloadSize, position: position, expected: known?.expected ?? sealing.firstLink,
          memory: memory))
    } else {
      source = .plain(position: position)
    }
    writer = SlotWriter(target, written: plan.isPatch ? 0 : known?.written ?? 0)
    skipped = plan.isPatch ? patching.offset &- min(position, patching.offset) : 0
    self.patching = patching
    if plan.isPatch { self.patching.resume(written: Self.last(in: log, of: plan)?.written ?? 0) }
  }

  /// Where to go on: of an image, where it stood last; of a patch, at the last block that does not begin behind the place
  /// that the applier wants. Only where nothing else was installed since.
  private static func progress(of plan: InstallPlan, in log: RecordLog<Journal>, behind place: UInt64) -> Progress? {
    guard let last = last(in: log, of: plan) else { return nil }
    if !plan.isPatch { return last }
    return log.newest { record in
      guard let progress = Progress(record, of: plan) else { return false }
      return progress.position <= place && isSensible(progress, plan)
    }.flatMap { Progress($0, of: plan) }
  }

  private static func last(in log: RecordLog<Journal>, of plan: InstallPlan) -> Progress? {
    guard let record = log.last(), let progress = Progress(record, of: plan), isSensible(progress, plan) else {
      return nil
    }
    return progress
  }

  /// A journal comes from flash, and may hold anything that has a CRC: nothing in it may lead outside.
  private static func isSensible(_ progress: Progress, _ plan: InstallPlan) -> Bool {
    guard progress.position <= plan.payloadSize, progress.written <= plan.imageSize else { return false }
    if let sealing = plan.sealing {
      guard progress.position & (sealing.chunkBytes &- 1) == 0, progress.position < plan.payloadSize else {
        return false
      }
    }
    return plan.isPatch || progress.position == progress.written
  }

  /// Where in the stream the next byte is to come from: of ``InstallPlan/streamSize``.
  public var offset: UInt64 {
    switch source {
    case .plain(let position): position
    case .sealed(let stream): stream.offset
    }
  }

  /// Takes the next bytes of the stream.
  ///
  /// - Throws: ``InstallError``; the installer is then of no more use, but a new one goes on from the journal.
  public mutating func push(_ bytes: Span<UInt8>) throws(InstallError) {
    switch source {
    case .plain(let position): try pushPlain(bytes, at: position)
    case .sealed(var stream):
      var rest = bytes
      while !rest.isEmpty {
        guard !stream.isDone else { throw InstallError(.payloadTooLong, at: stream.offset) }
        guard try stream.take(&rest) else { break }
        try give(stream.chunk)
        stream.advance()
        source = .sealed(stream)
        try note(position: stream.position, expected: stream.expected)
      }
      source = .sealed(stream)
    }
  }

  /// Says that there are no more bytes; reads the slot back.
  ///
  /// - Returns: what may be activated.
  /// - Throws: ``InstallError``.
  public mutating func finish() throws(InstallError) -> InstalledComponent {
    let isWhole: Bool
    switch source {
    case .plain(let position): isWhole = position == plan.payloadSize
    case .sealed(let stream): isWhole = stream.isDone
    }
    guard isWhole else { throw InstallError(.payloadTruncated, at: offset) }
    if plan.isPatch { try patching.finish() } else { writer.finish() }
    try checkFlash()
    guard let installed = InstalledComponent(plan, in: target, hash: Hash.self) else {
      // What was noted led here: the next one begins anew.
      log.append(Record())
      throw InstallError(.imageDigestMismatch, at: plan.imageSize)
    }
    return installed
  }

  private mutating func pushPlain(_ bytes: Span<UInt8>, at start: UInt64) throws(InstallError) {
    guard UInt64(bytes.count) <= plan.payloadSize &- start else {
      throw InstallError(.payloadTooLong, at: plan.payloadSize)
    }
    var (position, rest) = (start, bytes)
    while !rest.isEmpty {
      let room = UInt64(target.blockBytes) &- position & UInt64(target.blockBytes &- 1)
      let count = Int(truncatingIfNeeded: min(room, UInt64(rest.count)))
      try give(rest.extracting(first: count))
      position &+= UInt64(count)
      rest = rest.extracting(droppingFirst: count)
      source = .plain(position: position)
      try note(position: position, expected: plan.payloadDigest)
    }
  }

  private mutating func give(_ chunk: Span<UInt8>) throws(InstallError) {
    if plan.isPatch {
      let passed = min(skipped, UInt64(chunk.count))
      skipped &-= passed
      try patching.push(
        chunk.extracting(droppingFirst: Int(truncatingIfNeeded: passed)), maximum: plan.imageSize)
    } else {
      writer.append(chunk)
    }
    try checkFlash()
  }

  /// Notes where it stands: between erase blocks of an image, and between any blocks of a patch.
  private mutating func note(position: UInt64, expected: Digest) throws(InstallError) {
    guard position < plan.payloadSize, plan.isPatch || position & UInt64(target.blockBytes &- 1) == 0 else { return }
    let written = plan.isPatch ? patching.written : position
    log.append(Progress(plan, position: position, written: written, expected: expected).record)
    guard !log.hasFailed else { throw InstallError(.flashFailed, at: position) }
  }

  private func checkFlash() throws(InstallError) {
    guard !target.hasFailed else { throw InstallError(.flashFailed, at: offset) }
  }
}
