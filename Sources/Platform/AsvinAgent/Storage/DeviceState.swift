import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinVerifier
import AsvinManifest

/// What a device's folder says: what both banks hold, which one runs, and what is pending or on trial.
struct DeviceState {
  var banks: Banks
  var boot: BootState<FileRegion>
  /// The rollback floor: the highest of the boot record, the factory and every release that was confirmed.
  var floor: UInt64
  /// The bank that runs, and what it holds.
  var running: (bank: Bank, content: BankContent)
  /// What is pending or on trial.
  var candidate: (bank: Bank, content: BankContent)?

  /// The state of a folder's banks and boot record.
  ///
  /// - Throws: ``Failure`` where no bank holds what runs.
  init(
    _ banks: Banks, _ region: FileRegion, _ identity: DeviceIdentity, running: Bank? = nil
  ) throws(Failure) {
    self.banks = banks
    // The record that a lost boot record is replaced by: what the banks know to be confirmed, or, where that was lost too,
    // the older of both.
    let known = Bank.allCases.compactMap { banks[$0] }
    let base = banks.newestConfirmed ?? known.min { $0.sequence < $1.sequence }
    let sequence = base?.sequence ?? identity.factorySequence
    let least = max(identity.factorySequence, base?.sequence ?? 0)
    let slot = base.flatMap { banks.bank(of: $0.sequence) }?.slot ?? Bank.a.slot
    // One start: an update whose check ends the agent would be started again and again.
    let factory = FactoryState(floor: least, sequence: sequence, slot: slot, trialStarts: 1)
    boot = BootState(region, running: running.map { RunningImage(slot: $0.slot) } ?? .nothing, factory: factory)
    floor = max(boot.floor, least)
    // What runs never becomes older: a lower number in the record is of an older record.
    let runs = max(boot.sequence, banks.newestConfirmed?.sequence ?? 0)
    guard let bank = banks.bank(of: runs), let content = banks[bank] else {
      throw Failure(
        .failed, "no bank of the device holds a signed image with the sequence number \(runs), which runs",
        hint: "enrol the device again in the same folder and with the same name: --image gives what it runs")
    }
    self.running = (bank, content)
    if let wanted = boot.candidate, wanted.sequence > floor, let bank = banks.bank(of: wanted.sequence),
      let content = banks[bank], bank.slot == wanted.slot,
      content.images.contains(where: { $0.digest == wanted.image.hexadecimal }), bank != self.running.bank
    {
      candidate = (bank, content)
    }
  }

  /// Whether the boot record is older than what the banks know to be confirmed.
  var isRecordOld: Bool { boot.sequence < running.content.sequence }
}

extension DeviceFolder {
  static let banksFile = "banks.json"
  static let bootFile = "boot"

  private static let bootBytes = UInt64(2 * FileRegion.blockBytes)

  /// The boot record, to write.
  func bootRegion() throws(FileError) -> FileRegion { try FileRegion(file(Self.bootFile), room: Self.bootBytes) }

  /// The boot record, to read: also on a disk that is full or read-only.
  func readBootRegion() throws(FileError) -> FileRegion {
    try FileRegion(reading: file(Self.bootFile), orErased: Self.bootBytes)
  }

  /// The state on the disk now.
  ///
  /// - Throws: ``Failure`` where no bank holds what runs, `FileError` where the disk fails.
  func state(_ identity: DeviceIdentity) throws -> DeviceState {
    try DeviceState(banks(identity), readBootRegion(), identity)
  }

  /// What both banks hold.
  ///
  /// - Throws: `FileError` where the disk fails.
  func banks(_ identity: DeviceIdentity) throws -> Banks {
    try load(Self.banksFile, as: Banks.self).value ?? foundBanks(identity)
  }

  /// The sequence number in the boot record; `nil` where none has been written.
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
  /// The state on the disk now.
  func state() throws -> DeviceState { try folder.state(identity) }
}
