import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinPlatformAPI
import AsvinVerifier

// What a start does before anything else: it reads the state, and repairs what is lost or damaged from what is signed.
extension DeviceAgent {
  /// Repairs the state.
  ///
  /// - Throws: ``Failure`` where no bank holds a signed image, `FileError` where the disk fails.
  func repair() throws {
    let areBanksLost = try repairBanks()
    try repairBootRecord(areBanksLost)
    var state = try state()
    try settleConfirmed(&state)
    damaged = try folder.damagedSlots(state.running.content, in: state.running.bank)
    if !damaged.isEmpty {
      let files = damaged.sorted().map { folder.image($0, in: state.running.bank) }.joined(separator: ", ")
      say("\(state.running.content.version) is damaged on the disk: \(files) is not what was installed")
    }
    repairOutbox(state)
  }

  /// Does what makes a later repair possible, and is not needed now: a disk that refuses it is logged.
  func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      say(Trouble.failure(error).message)
    }
  }

  /// The banks are found out from the envelopes beside them.
  ///
  /// - Returns: whether they were lost.
  private func repairBanks() throws -> Bool {
    let file = try folder.load(DeviceFolder.banksFile, as: Banks.self)
    if file.value != nil { return false }
    var banks = try folder.foundBanks(identity)
    let region = try folder.readBootRegion()
    if let sequence = folder.recordedSequence(region) {
      for bank in Bank.allCases where banks[bank]?.sequence == sequence { banks[bank]?.isConfirmed = true }
    }
    guard banks != Banks() else {
      throw Failure(
        .failed,
        "'\(folder.file(DeviceFolder.banksFile))' is \(file.isDamaged ? "damaged" : "missing"), and no bank holds a signed image",
        hint: "enrol the device again in the same folder and with the same name: --image gives what it runs")
    }
    attempt { try folder.write(banks, to: DeviceFolder.banksFile) }
    let held = Bank.allCases.compactMap { bank in banks[bank].map { "\(bank.rawValue) holds \($0.version)" } }
    say("'\(DeviceFolder.banksFile)' was \(file.isDamaged ? "damaged" : "missing"): \(held.joined(separator: ", "))")
    return true
  }

  /// A boot record that is lost, or older than what was confirmed, is replaced: the floor never sinks.
  private func repairBootRecord(_ areBanksLost: Bool) throws {
    let isLost = try !folder.hasBootRecord(folder.readBootRegion())
    let state = try state()
    if state.isRecordOld {
      say("the boot record is older than \(state.running.content.version), which was confirmed; it is replaced")
      FileSystem.discard(folder.file(DeviceFolder.bootFile))
      return
    }
    // Nothing is lost of a device that has never updated.
    guard isLost, let other = state.banks[state.running.bank.other] else { return }
    say("the boot record is lost; \(state.running.content.version) runs, floor \(state.floor)")
    // Nothing says whether the newer one was confirmed, so that it is tried again.
    guard areBanksLost, other.sequence > state.floor,
      let envelope = try folder.bytes("\(state.running.bank.other.rawValue).envelope")
    else { return }
    let plan = try ReleasePlan(envelope, for: identity, floor: state.floor, running: nil)
    guard let installed = try present(plan, in: state.running.bank.other) else { return }
    let slot = state.running.bank.other.slot
    try change { try $0.activate(installed.span, in: slot) }
  }

  /// Notes in the banks that what runs is confirmed. A trial whose confirmation was noted there is confirmed: the last
  /// record was lost.
  private func settleConfirmed(_ state: inout DeviceState) throws {
    let bank = state.running.bank
    if let candidate = state.candidate, candidate.content.isConfirmed == true { return }
    guard state.running.content.isConfirmed != true else { return }
    state.banks[bank]?.isConfirmed = true
    state.running.content.isConfirmed = true
    let banks = state.banks
    attempt { try folder.write(banks, to: DeviceFolder.banksFile) }
  }

  /// Reports are lost with the outbox: what became of the last update is reported again, which does no harm.
  private func repairOutbox(_ state: DeviceState) {
    guard outbox.isDamaged else { return }
    say("'\(Outbox.file)' was damaged; reports that were in it are lost")
    outbox.isDamaged = false
    if let rollout = state.running.content.rollout {
      outbox.add(DeviceEventRequest(event: .confirmed), about: rollout)
    }
    if let other = state.banks[state.running.bank.other], let rollout = other.rollout {
      if state.candidate != nil {
        outbox.trial = other.sequence
        outbox.rollout = rollout
      } else if other.sequence > state.running.content.sequence {
        outbox.add(DeviceEventRequest(event: .failed, reason: Int(Reason.notConfirmed.rawValue)), about: rollout)
      }
    }
    outbox.keep(in: folder)
  }
}
