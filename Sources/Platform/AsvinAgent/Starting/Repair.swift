import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinPlatformAPI
import AsvinVerifier

// The first step of a start: it reads the state, and restores lost or damaged state from signed data.
extension DeviceAgent {
  /// Repairs the state.
  ///
  /// - Throws: ``Failure`` if no slot set has a signed image, `FileError` if the disk fails.
  func repair() throws {
    let areSlotSetsLost = try repairSlotSets()
    try repairBootRecord(areSlotSetsLost)
    var state = try state()
    try settleConfirmed(&state)
    damaged = try folder.damagedSlots(state.running.content, in: state.running.slotSet, of: identity)
    if !damaged.isEmpty {
      let files = damaged.sorted().compactMap { folder.place($0, in: state.running.slotSet, of: identity)?.path }
        .joined(separator: ", ")
      log("\(state.running.content.version) is damaged on the disk: \(files) is not the installed image")
    }
    repairOutbox(state)
  }

  /// Performs a write that helps a later repair and is not needed now. An error of the disk is logged.
  func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      log(AgentFailure.failure(error).message)
    }
  }

  /// Restores a lost record of the slot sets from the envelopes beside them.
  ///
  /// - Returns: whether the record was lost.
  private func repairSlotSets() throws -> Bool {
    let file = try folder.load(DeviceFolder.slotSetsFile, as: SlotSets.self)
    if file.value != nil { return false }
    var sets = try folder.foundSlotSets(identity)
    let region = try folder.readBootRegion()
    if let sequence = folder.recordedSequence(region) {
      for slotSet in SlotSet.allCases where sets[slotSet]?.sequence == sequence {
        sets[slotSet]?.isConfirmed = true
      }
    }
    guard sets != SlotSets() else {
      throw Failure(
        .failed,
        "'\(folder.file(DeviceFolder.slotSetsFile))' is \(file.isDamaged ? "damaged" : "missing"), and no bank has a signed image",
        hint:
          "enrol the device again in the same folder and with the same name, and give its running image with --image")
    }
    attempt { try folder.write(sets, to: DeviceFolder.slotSetsFile) }
    let held = SlotSet.allCases.compactMap { slotSet in
      sets[slotSet].map { "bank \(slotSet.rawValue) has \($0.version)" }
    }
    log("'\(DeviceFolder.slotSetsFile)' was \(file.isDamaged ? "damaged" : "missing"): \(held.joined(separator: ", "))")
    return true
  }

  /// Replaces a boot record that is lost, or older than the confirmed release, so that the rollback floor never sinks.
  private func repairBootRecord(_ areSlotSetsLost: Bool) throws {
    let isLost = try !folder.hasBootRecord(folder.readBootRegion())
    let state = try state()
    if state.isRecordOld {
      log("the boot record is older than the confirmed release \(state.running.content.version); it is replaced")
      FileSystem.discard(folder.file(DeviceFolder.bootFile))
      return
    }
    // A device that has never updated has no boot record to lose.
    guard isLost, let other = state.sets[state.running.slotSet.other] else { return }
    log("the boot record is lost; \(state.running.content.version) runs with the floor \(state.floor)")
    // Nothing records whether the newer release was confirmed. Therefore it is tried again.
    guard areSlotSetsLost, other.sequence > state.floor,
      let envelope = try folder.bytes("\(state.running.slotSet.other.rawValue).envelope")
    else { return }
    let plan = try ReleasePlan(envelope, for: identity, floor: state.floor, running: nil)
    guard let installed = try present(plan, in: state.running.slotSet.other) else { return }
    let slot = state.running.slotSet.other.slot
    try change { try $0.activate(installed.span, in: slot) }
  }

  /// Records in the slot sets that the running release is confirmed. A trial whose confirmation is recorded there is
  /// confirmed, because only the last boot record was lost.
  private func settleConfirmed(_ state: inout AgentState) throws {
    let slotSet = state.running.slotSet
    if let candidate = state.candidate, candidate.content.isConfirmed == true { return }
    guard state.running.content.isConfirmed != true else { return }
    state.sets[slotSet]?.isConfirmed = true
    state.running.content.isConfirmed = true
    let sets = state.sets
    attempt { try folder.write(sets, to: DeviceFolder.slotSetsFile) }
  }

  /// Reports the result of the last update again after the outbox was lost. A repeated report changes nothing.
  private func repairOutbox(_ state: AgentState) {
    guard outbox.isDamaged else { return }
    log("'\(Outbox.file)' was damaged; its reports are lost")
    outbox.isDamaged = false
    if let rollout = state.running.content.rollout {
      outbox.add(DeviceEventRequest(event: .confirmed), about: rollout)
    }
    if let other = state.sets[state.running.slotSet.other], let rollout = other.rollout {
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
