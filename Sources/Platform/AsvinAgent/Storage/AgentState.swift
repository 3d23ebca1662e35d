import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinPlatformAPI
import AsvinHost
import AsvinVerifier
import AsvinManifest

/// The state of a device: the releases in both slot sets, which one runs, and which one is pending or on trial.
struct AgentState {
  var sets: SlotSets
  var boot: BootState<FileRegion>
  /// The rollback floor: the highest sequence number of the boot record, the factory image and the confirmed releases.
  var floor: UInt64
  /// The running slot set and its release.
  var running: (slotSet: SlotSet, content: SlotSetContent)
  /// The slot set and the release that are pending or on trial.
  var candidate: (slotSet: SlotSet, content: SlotSetContent)?

  /// Derives the state from the slot sets and the boot record.
  ///
  /// - Throws: ``Failure`` if no slot set has the running release.
  init(
    _ sets: SlotSets, _ region: FileRegion, _ identity: DeviceIdentity, running: SlotSet? = nil
  ) throws(Failure) {
    self.sets = sets
    // A lost boot record is replaced by one for the confirmed release in the slot sets or, if that is unknown as well, for
    // the older release.
    let known = SlotSet.allCases.compactMap { sets[$0] }
    let base = sets.newestConfirmed ?? known.min { $0.sequence < $1.sequence }
    let fallback = sets.fallback.flatMap { slotSet in sets[slotSet].map { (slotSet, $0) } }
    let sequence = fallback?.1.sequence ?? base?.sequence ?? identity.factorySequence
    let least = max(identity.factorySequence, base?.sequence ?? 0)
    let slot = (fallback?.0 ?? base.flatMap { sets.slotSet(of: $0.sequence) } ?? .a).slot
    // One start only. Otherwise an update whose check ends the agent would be started again and again.
    let factory = FactoryState(floor: least, sequence: sequence, slot: slot, trialStarts: 1)
    boot = BootState(region, running: running.map { RunningImage(slot: $0.slot) } ?? .nothing, factory: factory)
    floor = max(boot.floor, least)
    // The running release never becomes older. A lower sequence number is from an older boot record.
    let runs = max(boot.sequence, sets.newestConfirmed?.sequence ?? 0)
    guard let running = fallback ?? sets.slotSet(of: runs).flatMap({ slotSet in sets[slotSet].map { (slotSet, $0) } })
    else {
      throw Failure(
        .failed, "no bank of the device has a signed image with the sequence number \(runs), which should run",
        hint:
          "enrol the device again in the same folder and with the same name, and give its running image with --image")
    }
    self.running = running
    if let wanted = boot.candidate, wanted.sequence > floor, let slotSet = sets.slotSet(of: wanted.sequence),
      let content = sets[slotSet], slotSet.slot == wanted.slot,
      content.images.contains(where: { $0.digest == wanted.image.hexadecimal }), slotSet != self.running.slotSet
    {
      candidate = (slotSet, content)
    }
  }

  /// Whether the boot record is older than the confirmed release in the slot sets.
  var isRecordOld: Bool { boot.sequence < running.content.sequence }
}

extension DeviceFolder {
  static let slotSetsFile = "banks.json"
  static let bootFile = "boot"

  private static let bootBytes = UInt64(2 * FileRegion.blockBytes)

  /// Opens the boot record for writing.
  func bootRegion() throws(FileError) -> FileRegion { try FileRegion(file(Self.bootFile), room: Self.bootBytes) }

  /// Opens the boot record for reading, which works on a full or read-only disk.
  func readBootRegion() throws(FileError) -> FileRegion {
    try FileRegion(reading: file(Self.bootFile), orErased: Self.bootBytes)
  }

  /// Reads the state from the disk.
  ///
  /// - Throws: ``Failure`` if no slot set has the running release, `FileError` if the disk fails.
  func state(_ identity: DeviceIdentity) throws -> AgentState {
    try AgentState(slotSets(identity), readBootRegion(), identity)
  }

  /// Reads the releases in both slot sets.
  ///
  /// - Throws: `FileError` if the disk fails.
  func slotSets(_ identity: DeviceIdentity) throws -> SlotSets {
    try load(Self.slotSetsFile, as: SlotSets.self).value ?? foundSlotSets(identity)
  }

  /// Returns the sequence number in the boot record; `nil` if none has been written.
  func recordedSequence(_ region: FileRegion) -> UInt64? {
    let sequence = BootState(region, running: .nothing, factory: FactoryState(sequence: .max)).sequence
    return sequence == .max ? nil : sequence
  }

  /// Whether a boot record has been written.
  func hasBootRecord(_ region: FileRegion) -> Bool {
    recordedSequence(region) != nil
  }
}

extension DeviceAgent {
  /// Reads the state from the disk.
  func state() throws -> AgentState { try folder.state(identity) }
}
