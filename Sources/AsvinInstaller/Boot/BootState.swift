import AsvinVerifier
public import AsvinWire

/// What a device knows across a restart: the rollback floor, the key-set version, what it runs, and whether that is on
/// trial. A record in a log of two halves: it survives a power cut at any moment, as what it was or as what it becomes.
public struct BootState<Region: FlashRegion> {
  /// Where an update stands.
  public enum Phase: UInt32, Sendable {
    /// What runs is confirmed.
    case confirmed = 0x3CA5_965A
    /// An update is in its slot: the next start is to try it.
    case pending = 0x5A69_C33C
    /// The update runs on trial: a restart before it is confirmed reverts it.
    case trial = 0x965A_3CA5
  }

  /// What stands in a ``Record``: 88 bytes without a gap.
  private struct Content: BitwiseCopyable {
    var phase = Phase.confirmed.rawValue
    private var reserved: UInt32 = 0
    /// The rollback floor: a release must be above it.
    var floor: UInt64
    var keySetVersion: UInt64 = 0
    /// The sequence number of what runs, and of what is tried.
    var sequence: UInt64
    var candidate: UInt64 = 0
    /// SHA-256 of the manifest that is tried.
    var release = Digest()
    private var more: (UInt64, UInt64) = (0, 0)

    init(floor: UInt64, sequence: UInt64) { (self.floor, self.sequence) = (floor, sequence) }
  }

  private var log: RecordLog<Region>
  private var content: Content

  /// The state in a region of two erase blocks or more; of a device that knows nothing yet, what it left the factory
  /// with.
  ///
  /// - Parameters:
  ///   - floor: the floor it left the factory with.
  ///   - sequence: the sequence number of what it left the factory with.
  public init(_ region: Region, factoryFloor floor: UInt64 = 0, factorySequence sequence: UInt64 = 0) {
    log = RecordLog(region)
    var record = Record()
    content = log.last(into: &record) ? record.content(as: Content.self) : Content(floor: floor, sequence: sequence)
    // What was written by another firmware and means nothing here is no update.
    if Phase(rawValue: content.phase) == nil { content.phase = Phase.confirmed.rawValue }
  }

  /// Where an update stands.
  public var phase: Phase { Phase(rawValue: content.phase) ?? .confirmed }
  /// The rollback floor: ``AsvinVerifier/Device/floor``.
  public var floor: UInt64 { content.floor }
  /// The key-set version that is trusted.
  public var keySetVersion: UInt64 { content.keySetVersion }
  /// The sequence number of the last confirmed release.
  public var sequence: UInt64 { content.sequence }
  /// The sequence number and the manifest's digest of what is pending or on trial.
  public var candidate: (sequence: UInt64, release: Digest)? {
    phase == .confirmed ? nil : (content.candidate, content.release)
  }

  /// Makes a release the next to be tried: all its components stand in their slots.
  ///
  /// - Throws: ``InstallError``: an image of another release, one that is not above the floor by now, an update that is
  ///   on trial, or flash that fails.
  public mutating func activate(_ components: Span<InstalledComponent>) throws(InstallError) {
    guard components.count > 0, phase != .trial else { throw InstallError(.noUsablePayload, at: 0) }
    let (release, sequence) = (components[0].release, components[0].sequence)
    for index in components.indices where components[index].release != release {
      throw InstallError(.noUsablePayload, at: UInt64(index))
    }
    let floor = content.floor
    guard Decision.isAbove(sequence, floor) else {
      throw InstallError(.sequenceNotAboveFloor, at: 0)
    }
    var next = content
    (next.phase, next.candidate, next.release) = (Phase.pending.rawValue, sequence, release)
    try write(next)
  }

  /// Makes a slot free to be written to: what is pending there is given up first, since it would else be tried as what is
  /// written next. To be called before an ``Installer`` is made.
  ///
  /// - Returns: whether it is free; not where an update is on trial, and may run from it.
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func freeSlot() throws(InstallError) -> Bool {
    guard phase != .trial else { return false }
    try revert()
    return true
  }

  /// What a start is to run. To be called once in each, before anything of the update runs: what was pending is then on
  /// trial, and what was on trial and not confirmed is reverted.
  ///
  /// - Returns: whether the update is to run; else what ran before.
  /// - Throws: ``InstallError`` where flash fails; what ran before is then to run.
  public mutating func begin() throws(InstallError) -> Bool {
    var next = content
    switch phase {
    case .confirmed: return false
    case .pending:
      next.phase = Phase.trial.rawValue
      try write(next)
      return true
    case .trial:
      next.phase = Phase.confirmed.rawValue
      try write(next)
      return false
    }
  }

  /// Keeps the update that is on trial, and raises the floor to it.
  ///
  /// - Returns: whether there was one.
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func confirm() throws(InstallError) -> Bool {
    guard phase == .trial else { return false }
    var next = content
    (next.phase, next.sequence) = (Phase.confirmed.rawValue, content.candidate)
    next.floor = max(content.floor, content.candidate)
    try write(next)
    return true
  }

  /// Gives up what is pending or on trial; the floor stays.
  ///
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func revert() throws(InstallError) {
    guard phase != .confirmed else { return }
    var next = content
    next.phase = Phase.confirmed.rawValue
    try write(next)
  }

  /// Notes a key-set version that was verified; it never sinks.
  ///
  /// - Throws: ``InstallError`` where flash fails.
  public mutating func raise(keySetVersion version: UInt64) throws(InstallError) {
    guard version > content.keySetVersion else { return }
    var next = content
    next.keySetVersion = version
    try write(next)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func write(_ next: Content) throws(InstallError) {
    var record = Record(next)
    log.append(&record)
    guard !log.hasFailed else { throw InstallError(.flashFailed, at: 0) }
    content = next
  }
}
