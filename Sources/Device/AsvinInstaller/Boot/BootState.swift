import AsvinVerifier
public import AsvinManifest

/// What a device knows across a restart: the rollback floor, the key-set version, and the slot and image of the
/// confirmed release and of the candidate. It is a record in a log of two halves: after a loss of power at any moment,
/// it is either the old one or the new one.
///
/// It is the only place that decides what is to run. What really runs is reported to it at each start, so that only the
/// release on trial can confirm itself, and a release that did not start counts as failed.
///
/// A state that failed to write cannot be used any more; the next one knows what was written.
public struct BootState<Region: FlashRegion> {
  private var log: RecordLog<Region>
  private var content: BootRecord
  private let running: RunningImage
  private let factory: FactoryState
  /// Whether changes are written, or only rehearsed: each change is decided twice, because a skipped instruction can
  /// affect one of the two. The value is a word far from usual memory contents, because a state that was not read must
  /// not be written.
  private let mode: UInt32
  private static var written: UInt32 { 0x6D1E_A8B3 }

  /// The state in a region of two erase blocks or more.
  ///
  /// - Parameters:
  ///   - running: what really runs.
  ///   - factory: the state of the device when it left the factory. Its floor always holds. The rest counts where the
  ///     region holds no record: then what runs is confirmed.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public init(_ region: Region, running: RunningImage, factory: FactoryState = FactoryState()) {
    self.init(region, running: running, factory: factory, isRehearsed: false)
  }

  /// The same state, of which nothing may be written.
  package init(_ region: Region, running: RunningImage, factory: FactoryState, isRehearsed: Bool) {
    (self.running, self.factory, mode) = (running, factory, isRehearsed ? 0 : Self.written)
    log = RecordLog(region, .state)
    content = BootRecord()
    if !log.last(into: &content.record) { content.begin(factory, running) }
    // A phase that another firmware may have written, and that is not known here, is not an update.
    if BootPhase(rawValue: content.phase) == nil { content.phase = BootPhase.confirmed.rawValue }
    content.raise(to: factory.floor)
  }

  /// Whether the region could not be read or written: then nothing here counts.
  public var hasFailed: Bool { log.hasFailed }
  /// The progress of an update.
  public var phase: BootPhase { BootPhase(rawValue: content.phase) ?? .confirmed }
  /// The rollback floor: ``AsvinVerifier/DevicePolicy/floor``.
  public var floor: UInt64 { content.floor }
  /// The key-set version that is trusted.
  public var keySetVersion: UInt64 { content.keySetVersion }
  /// The sequence number of the last confirmed release.
  public var sequence: UInt64 { content.sequence }
  /// The sequence number, slot and image of what is pending, on trial, or to be left.
  public var candidate: (sequence: UInt64, slot: UInt32, image: Digest)? {
    isIn(.confirmed) ? nil : (content.candidate, content.candidateSlot, content.candidateImage)
  }

  /// Whether a release is pending, on trial, or to be left.
  ///
  /// - Parameter image: SHA-256 of the image of its first component.
  public func isCandidate(_ sequence: UInt64, image: Span<UInt8>) -> Bool {
    !isIn(.confirmed) && content.candidate == sequence && content.candidateImage.matches(image)
  }

  /// Makes a release the next one to be tried: each of its components is in its place of a slot.
  ///
  /// - Parameter slot: the slot that holds them, among those that a bootloader chooses from.
  /// - Throws: ``InstallError``: a component that is missing, present twice or of another release; a release that is no
  ///   longer above the floor; a slot in use, or flash that fails.
  public mutating func activate(_ components: Span<InstalledComponent>, in slot: UInt32) throws(InstallError) {
    guard let image = InstalledComponent.image(of: components) else { throw InstallError(.componentMissing, at: 0) }
    for index in components.indices where !components[index].isAccepted {
      throw InstallError(.imageDigestMismatch, at: UInt64(index))
    }
    try activate(components[0].sequence, components[image].digest, slot)
  }

  /// The same for the only component of a release.
  public mutating func activate(_ component: InstalledComponent, in slot: UInt32) throws(InstallError) {
    guard component.count == 1 else { throw InstallError(.componentMissing, at: 0) }
    guard component.isAccepted else { throw InstallError(.imageDigestMismatch, at: 0) }
    try activate(component.sequence, component.digest, slot)
  }

  @inline(__always)
  private mutating func activate(_ sequence: UInt64, _ image: Digest, _ slot: UInt32) throws(InstallError) {
    try checkFloor(sequence)
    guard !isInUse(slot) else { throw InstallError(.slotInUse, at: 0) }
    (content.candidate, content.candidateSlot, content.candidateImage) = (sequence, slot, image)
    try write(.pending)
  }

  /// Frees a slot so that a release can be written to it. Drops an update that is pending there; otherwise the next
  /// start would try the new bytes as that update. Call it once the ``Installer`` is made, which refuses what cannot be
  /// installed, and before its first byte.
  ///
  /// - Returns: whether it is free: not while an update is on trial, nor for the slot that runs or that the next start
  ///   runs.
  /// - Throws: ``InstallError``: a release that is not above the floor, or flash that fails.
  public mutating func freeSlot(_ slot: UInt32, for plan: InstallPlan) throws(InstallError) -> Bool {
    try checkFloor(plan.sequence)
    guard !isInUse(slot) else { return false }
    try revert()
    return true
  }

  /// Whether a slot can be rewritten for a plan: it does not run, and it is not the fallback of an update on trial.
  /// What it holds may be the only image; ``rewrite(_:for:)`` follows before the first erase.
  ///
  /// - Throws: ``InstallError``: a release that is not above the floor.
  public mutating func canRewrite(_ slot: UInt32, for next: InstallPlan) throws(InstallError) -> Bool {
    try checkFloor(next.sequence)
    guard running.slot != slot, !runsCandidate else { return false }
    return isIn(.confirmed) || isIn(.pending) || content.confirmedSlot == .max
  }

  /// Notes, before the first erase of a slot, that it holds neither its old image nor the new one. From now on there is
  /// nothing to start: ``BootStart/confirmed(_:)`` with the slot `UInt32.max`, until ``activate(_:in:)``. What is pending
  /// is given up.
  ///
  /// - Returns: whether that is noted: not where ``canRewrite(_:for:)`` is false.
  /// - Throws: ``InstallError``: a release that is not above the floor, or flash that fails.
  public mutating func rewrite(_ slot: UInt32, for plan: InstallPlan) throws(InstallError) -> Bool {
    guard try canRewrite(slot, for: plan) else { return false }
    guard !isRewriting(plan) else { return true }
    content.rewrite(plan)
    try write(.confirmed)
    return true
  }

  /// Whether a slot is being rewritten for a plan: then its patch is resumed, and not checked against the base again.
  public func isRewriting(_ plan: InstallPlan) -> Bool {
    isRewriting && content.candidate == plan.sequence && content.candidateImage == plan.imageDigest
      && content.confirmedImage == plan.baseDigest
  }

  /// The base that is being rewritten, and its size; `nil` where none is.
  public var rewrittenBase: (size: UInt32, digest: Digest)? {
    isRewriting && content.candidateSlot > 0 ? (content.candidateSlot, content.confirmedImage) : nil
  }

  private var isRewriting: Bool { isIn(.confirmed) && content.confirmedSlot == .max }

  /// Notes a start. Call it once in each start, in the bootloader or in the firmware that runs; a second call costs one
  /// of the candidate's starts.
  ///
  /// A pending update that runs, or that a bootloader is about to start, is on trial from then on. It is reverted where
  /// another image runs, or where it was started ``FactoryState/trialStarts`` times without being confirmed.
  ///
  /// Where no update is under way and another image runs than the confirmed one, the answer names the confirmed slot. A
  /// bootloader that still starts the other image, as many times, cannot start the confirmed one: then the running
  /// image is confirmed, so that the device can be updated again. The floor stays.
  ///
  /// - Throws: ``InstallError`` where flash fails; then the confirmed slot is to run.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func begin() throws(InstallError) -> BootStart {
    let isStarted = running.isUnknown || runsCandidate
    if isIn(.confirmed) {
      let isOther = !running.isUnknown && running.slot != content.confirmedSlot && !runs(BootRecord.confirmedWord)
      guard isOther || content.starts > 0 else { return .confirmed(content.confirmedSlot) }
      content.starts = isOther ? content.starts &+ 1 : 0
      if content.starts >= factory.trialStarts { content.adopt(running, lowest: factory.sequence) }
      try write(.confirmed)
      return .confirmed(content.confirmedSlot)
    }
    if isStarted, !isIn(.leaving), content.starts < factory.trialStarts {
      content.starts &+= 1
      try write(.trial)
      return .trial(running.isUnknown ? content.candidateSlot : running.slot)
    }
    try giveUp()
    return .reverted(content.confirmedSlot)
  }

  /// Keeps the update that is on trial, and raises the floor to it.
  ///
  /// - Returns: whether it is kept: not where no update is on trial, or where another image runs.
  /// - Throws: ``InstallError`` where flash fails.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public mutating func confirm() throws(InstallError) -> Bool {
    guard !isIn(.pending), runsCandidate else { return false }
    content.confirmCandidate(in: running.slot)
    try write(.confirmed)
    return true
  }

  /// Keeps a release whose image already runs: its sequence number counts from now on, and the floor rises to it.
  ///
  /// - Parameter component: the only component of its release, read back from the slot that runs.
  /// - Returns: whether it is kept: not while an update is under way, nor for a release of several components.
  /// - Throws: ``InstallError``: a release that is not above the floor, or flash that fails.
  public mutating func adopt(_ component: InstalledComponent) throws(InstallError) -> Bool {
    guard isIn(.confirmed), component.count == 1, !running.isUnknown else { return false }
    guard component.isAccepted else { return false }
    try checkFloor(component.sequence)
    (content.candidate, content.candidateImage) = (component.sequence, component.digest)
    content.confirmCandidate(in: running.slot)
    try write(.confirmed)
    return true
  }

  /// Gives up an update that is pending or on trial; the floor stays. Where the update runs, it is only marked: its
  /// slot and the one that the next start runs are in use until that start.
  ///
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func revert() throws(InstallError) {
    if !isIn(.confirmed), !isIn(.leaving) { try giveUp() }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func giveUp() throws(InstallError) {
    content.starts = 0
    try write(runsCandidate ? .leaving : .confirmed)
  }

  /// Notes a key-set version that was verified. It never decreases.
  ///
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func raise(keySetVersion version: UInt64) throws(InstallError) {
    guard version > content.keySetVersion else { return }
    content.keySetVersion = version
    try write(phase)
  }

  private func isIn(_ phase: BootPhase) -> Bool { content.phase == phase.rawValue }

  /// Whether the candidate runs: by its image where the firmware reports it, otherwise by its slot. Mutating, as what
  /// follows; otherwise the state would be copied for the call.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private var runsCandidate: Bool {
    mutating get {
      guard !isIn(.confirmed), !running.isUnknown else { return false }
      return running.isImageKnown ? runs(BootRecord.candidateWord) : running.slot == content.candidateSlot
    }
  }

  /// Whether the image runs whose digest starts at a word of the record. False where it is not known what runs.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func runs(_ word: Int) -> Bool {
    running.isImageKnown && Decision.isYes(Decision.areSame(running.image, content.record[digest: word]))
  }

  /// Whether a slot must keep its content: it runs, the next start runs it, or an update is on trial, whose fallback is
  /// in the other slot.
  private mutating func isInUse(_ slot: UInt32) -> Bool {
    isIn(.trial) || isIn(.leaving) || running.slot == slot || content.confirmedSlot == slot || runsCandidate
  }

  /// Compares with both copies of the floor.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func checkFloor(_ sequence: UInt64) throws(InstallError) {
    let (floor, second) = (content.floor, content.secondFloor)
    guard Decision.isYes(Decision.isAbove(sequence, floor)), Decision.isYes(Decision.isAbove(sequence, second)) else {
      throw InstallError(.sequenceNotAboveFloor, at: 0)
    }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func write(_ phase: BootPhase) throws(InstallError) {
    content.phase = phase.rawValue
    if mode == Self.written { log.append(&content.record) }
    guard !log.hasFailed else {
      // An update is on trial only where that is known to be written.
      content.phase = BootPhase.confirmed.rawValue
      throw InstallError(.flashFailed, at: 0)
    }
  }
}
