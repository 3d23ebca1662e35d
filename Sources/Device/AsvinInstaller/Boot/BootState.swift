import AsvinVerifier
public import AsvinManifest

/// The state that a device keeps across a restart: the rollback floor, the key-set version, and the slot and image of
/// the confirmed release and of the candidate. It is a record in a log of two halves, so that a loss of power at any
/// moment leaves either the old record or the new one.
///
/// It alone decides which slot should run. The firmware reports the slot and image that really run. Therefore only the
/// release on trial can confirm itself, and a release that did not start counts as failed.
///
/// After a failed write, this value cannot be used any more. Create a new one, which reads what was written.
public struct BootState<Region: FlashRegion> {
  private var log: RecordLog<Region>
  private var content: BootRecord
  private let running: RunningImage
  private let factory: FactoryState
  /// Whether changes are written or only rehearsed. Each change is decided twice, because a skipped instruction can
  /// affect only one of the two decisions. The value for writing is unlike usual memory contents, so that a state which
  /// was not read is not written.
  private let mode: UInt32
  private static var written: UInt32 { 0x6D1E_A8B3 }

  /// Reads the state in a region of two erase blocks or more.
  ///
  /// - Parameters:
  ///   - running: the slot and image that really run.
  ///   - factory: the state of the device when it left the factory. The floor is never below the factory's. The other
  ///     fields count only if the region holds no record; the running image is then confirmed.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public init(_ region: Region, running: RunningImage, factory: FactoryState = FactoryState()) {
    self.init(region, running: running, factory: factory, isRehearsed: false)
  }

  /// Reads the state, and only rehearses its changes if `isRehearsed`.
  package init(_ region: Region, running: RunningImage, factory: FactoryState, isRehearsed: Bool) {
    (self.running, self.factory, mode) = (running, factory, isRehearsed ? 0 : Self.written)
    log = RecordLog(region, .state)
    content = BootRecord()
    if !log.last(into: &content.record) { content.begin(factory, running) }
    // Another firmware may have written a phase that this one does not know. It counts as no update.
    if BootPhase(rawValue: content.phase) == nil { content.phase = BootPhase.confirmed.rawValue }
    content.raise(to: factory.floor)
  }

  /// Whether the region could not be read or written. If so, no other property is valid.
  public var hasFailed: Bool { log.hasFailed }
  /// The progress of an update.
  public var phase: BootPhase { BootPhase(rawValue: content.phase) ?? .confirmed }
  /// The rollback floor: ``AsvinVerifier/DevicePolicy/floor``.
  public var floor: UInt64 { content.floor }
  /// The version of the trusted key set.
  public var keySetVersion: UInt64 { content.keySetVersion }
  /// The sequence number of the last confirmed release.
  public var sequence: UInt64 { content.sequence }
  /// The sequence number, slot and image of the update that is pending, on trial, or given up until the next start.
  public var candidate: (sequence: UInt64, slot: UInt32, image: Digest)? {
    isIn(.confirmed) ? nil : (content.candidate, content.candidateSlot, content.candidateImage)
  }

  /// Whether a release is pending, on trial, or to be left.
  ///
  /// - Parameter image: SHA-256 of the image of its first component.
  public func isCandidate(_ sequence: UInt64, image: Span<UInt8>) -> Bool {
    !isIn(.confirmed) && content.candidate == sequence && content.candidateImage.matches(image)
  }

  /// Makes a release pending, so that the next start tries it. All its components are already in the slot.
  ///
  /// - Parameter slot: the slot that holds them, among those that a bootloader chooses from.
  /// - Throws: ``InstallError`` for a component that is missing, present twice or of another release; for a release
  ///   that is no longer above the floor; for a slot in use, and for flash that fails.
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

  /// Frees a slot so that a release can be written to it. An update that is pending there is dropped. Otherwise the
  /// next start would try the new bytes as that update. Call it after the ``Installer`` has accepted the plan, and
  /// before the first byte.
  ///
  /// - Returns: whether the slot is free. It is not while an update is on trial, or if it is the running slot or the
  ///   slot of the next start.
  /// - Throws: ``InstallError``: a release that is not above the floor, or flash that fails.
  public mutating func freeSlot(_ slot: UInt32, for plan: InstallPlan) throws(InstallError) -> Bool {
    try checkFloor(plan.sequence)
    guard !isInUse(slot) else { return false }
    try revert()
    return true
  }

  /// Whether a slot can be rewritten in place for a plan: it is not the running slot, and not the fallback of an update
  /// on trial. It may hold the only image. Therefore call ``rewrite(_:for:)`` before the first erase.
  ///
  /// - Throws: ``InstallError``: a release that is not above the floor.
  public mutating func canRewrite(_ slot: UInt32, for next: InstallPlan) throws(InstallError) -> Bool {
    try checkFloor(next.sequence)
    guard running.slot != slot, !runsCandidate else { return false }
    return isIn(.confirmed) || isIn(.pending) || content.confirmedSlot == .max
  }

  /// Notes, before the first erase, that a slot holds neither its old image nor the new one. From now on until
  /// ``activate(_:in:)``, no slot can be started, and ``begin()`` returns ``BootStart/confirmed(_:)`` with the slot
  /// `UInt32.max`. A pending update is given up.
  ///
  /// - Returns: whether that was noted. It is refused if ``canRewrite(_:for:)`` is false.
  /// - Throws: ``InstallError``: a release that is not above the floor, or flash that fails.
  public mutating func rewrite(_ slot: UInt32, for plan: InstallPlan) throws(InstallError) -> Bool {
    guard try canRewrite(slot, for: plan) else { return false }
    guard !isRewriting(plan) else { return true }
    content.rewrite(plan)
    try write(.confirmed)
    return true
  }

  /// Whether a slot is being rewritten for a plan. If so, its patch is resumed, and the base is not checked again.
  public func isRewriting(_ plan: InstallPlan) -> Bool {
    isRewriting && content.candidate == plan.sequence && content.candidateImage == plan.imageDigest
      && content.confirmedImage == plan.baseDigest
  }

  /// The size and digest of the base that is being rewritten, or `nil` if there is none.
  public var rewrittenBase: (size: UInt32, digest: Digest)? {
    isRewriting && content.candidateSlot > 0 ? (content.candidateSlot, content.confirmedImage) : nil
  }

  private var isRewriting: Bool { isIn(.confirmed) && content.confirmedSlot == .max }

  /// Notes a start. Call it once in each start, in the bootloader or in the firmware that runs; a second call costs one
  /// of the candidate's starts.
  ///
  /// If a pending update runs, or a bootloader is about to start it, it is on trial from then on. It is reverted if
  /// another image runs, or if it was started ``FactoryState/trialStarts`` times without being confirmed.
  ///
  /// Without an update, another image than the confirmed one may run. The answer then names the confirmed slot. If the
  /// other image is started ``FactoryState/trialStarts`` times in spite of that, the bootloader cannot start the
  /// confirmed one. Then the running image is confirmed, so that the device can be updated again. The floor stays the
  /// same.
  ///
  /// - Throws: ``InstallError`` if flash fails. The confirmed slot should run then.
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
  /// - Returns: whether it is kept. It is not if no update is on trial, or if another image runs.
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

  /// Keeps a release that has the same image as the running one. The floor and the sequence number rise to its number.
  ///
  /// - Parameter component: the only component of its release, read back from the slot that runs.
  /// - Returns: whether it is kept. It is not while an update is under way, or for a release of several components.
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

  /// Gives up an update that is pending or on trial. The floor stays the same. If the update runs, it is only marked as
  /// given up, because until the next start its slot and the confirmed one are in use.
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

  /// Whether the candidate runs. The running image decides if the firmware reports it, otherwise the running slot. This
  /// and the following functions are mutating so that the state is not copied for the call.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private var runsCandidate: Bool {
    mutating get {
      guard !isIn(.confirmed), !running.isUnknown else { return false }
      return running.isImageKnown ? runs(BootRecord.candidateWord) : running.slot == content.candidateSlot
    }
  }

  /// Whether the running image has the digest that starts at a word of the record. False if the running image is not
  /// known.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func runs(_ word: Int) -> Bool {
    running.isImageKnown && Decision.isYes(Decision.areSame(running.image, content.record[digest: word]))
  }

  /// Whether a slot must keep its content. That is the running slot and the slot of the next start. While an update is
  /// on trial it is every slot, because the fallback is in the other one.
  private mutating func isInUse(_ slot: UInt32) -> Bool {
    isIn(.trial) || isIn(.leaving) || running.slot == slot || content.confirmedSlot == slot || runsCandidate
  }

  /// Refuses a sequence number that is not above both copies of the floor.
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
      // An update counts as on trial only if that was written.
      content.phase = BootPhase.confirmed.rawValue
      throw InstallError(.flashFailed, at: 0)
    }
  }
}
