import AsvinHost
import AsvinCrypto
import AsvinInstaller
import AsvinPlatformAPI
import AsvinVerifier
import AsvinDeviceCrypto

/// The device did not allow an installation now, with the cause.
struct Postponement: Error {
  let cause: String
}

/// A payload of a release that could not be used.
struct PayloadFailure: Error {
  let exclusion: ReleasePlan.Exclusion
  let reason: Reason
}

extension DeviceAgent {
  /// Installs an offered release and requests the restart of the device.
  func install(_ update: UpdateReply, over state: AgentState) async throws -> Outcome {
    outbox.rollout = update.rollout
    withdrawn.remove(update.rollout)
    do {
      let plan = try await fetched([UInt8](update.envelope), of: update.rollout, over: state)
      guard try await isOffered(update, over: state.running.content) else { return drop(plan.version, update.rollout) }
      try activate(plan)
      outbox.trial = plan.sequence
      await report(DeviceEventRequest(event: .installed), about: update.rollout)
      if withdrawn.contains(update.rollout) { return try await discard(plan.version) }
      let now = try self.state()
      guard let candidate = now.candidate else { throw Failure(.failed, "\(plan.version) is not pending") }
      let why = try await restart(candidate.content, in: candidate.slotSet, isReturn: false)
      return why.map { .waiting(plan.version, $0) } ?? .pending(plan.version)
    } catch let rejection as Rejection {
      return await fail(rejection.reason, "the release is rejected: \(rejection.reason.name)", update.rollout)
    } catch let error as InstallError {
      return await fail(error.reason, "the release cannot be installed: \(error.reason.name)", update.rollout)
    } catch let failure as PayloadFailure {
      return await fail(failure.reason, "no payload of the release can be used: \(failure.reason.name)", update.rollout)
    } catch let error as FileError {
      guard let reason = AgentFailure.reason(error) else { throw error }
      let why = "the release cannot be written: \(AgentFailure.failure(error).message)"
      return await fail(reason, why, update.rollout)
    } catch let failure as Failure where failure.isWithdrawal {
      log(failure.message)
      return drop(update.version, update.rollout)
    } catch let postponement as Postponement {
      return await postpone(update, postponement)
    }
  }

  private func postpone(_ update: UpdateReply, _ postponement: Postponement) async -> Outcome {
    log("\(update.version) is postponed for \(hooks.postponement) s: --allow failed: \(postponement.cause)")
    outbox.rollout = nil
    let event = DeviceEventRequest(event: .postponed, seconds: hooks.postponement)
    await report(event, about: update.rollout)
    return .postponed(update.version)
  }

  /// Asks the device whether the installation of a release may begin. A person who installs a bundle is not asked.
  private func requirePermission(_ plan: ReleasePlan, over state: AgentState, _ rollout: Int64) async throws {
    guard rollout != Self.noRollout, let allow = hooks.allow else { return }
    let content = SlotSetContent(
      release: plan.release.hexadecimal, version: plan.version, sequence: plan.sequence, images: plan.installed)
    let release = hookRelease(content, in: state.running.slotSet.other)
    watchdog.expect(within: 2 * hooks.longestHook + 60)
    if case .failed(let cause) = await allow(release) { throw Postponement(cause: cause) }
  }

  private func fail(_ reason: Reason, _ why: String, _ rollout: Int64) async -> Outcome {
    log(why)
    await report(DeviceEventRequest(event: .failed, reason: Int(reason.rawValue)), about: rollout)
    return .failed(reason.rawValue)
  }

  /// Stops an installation that the platform withdrew. The received bytes stay, so that they are not fetched twice.
  private func drop(_ version: String, _ rollout: Int64) -> Outcome {
    withdrawn.insert(rollout)
    log("\(version) was withdrawn by the platform; it is not installed")
    return .withdrawn(version)
  }

  /// Fetches a release into the free slot set. A payload that fails is replaced by the next best one.
  func fetched(_ envelope: [UInt8], of rollout: Int64, over state: AgentState) async throws -> ReleasePlan {
    // A patch is applied to the bytes on the disk, which may differ from the record.
    var running = state.running.content
    damaged = try folder.damagedSlots(running, in: state.running.slotSet, of: identity)
    for slot in damaged.sorted() { log("slot \(slot) of the running release is damaged; no patch is applied to it") }
    let slots = Set(running.images.map(\.slot))
    running.images.removeAll { damaged.contains($0.slot) }
    var excluded: Set<ReleasePlan.Exclusion> = []
    var first: PayloadFailure?
    while true {
      let plan: ReleasePlan
      do {
        plan = try ReleasePlan(
          envelope, for: identity, floor: state.floor, running: running, slots: slots,
          excluded: excluded)
      } catch let rejection as Rejection {
        // The first failure explains more than the lack of another payload.
        throw first ?? rejection
      }
      if first == nil {
        log("\(plan.version) is accepted, sequence number \(plan.sequence)")
        try await requirePermission(plan, over: state, rollout)
      }
      do {
        try await install(plan, over: state, rollout: rollout, envelope: envelope)
        return plan
      } catch let failure as PayloadFailure {
        first = first ?? failure
        log("a payload of slot \(failure.exclusion.slot) cannot be used: \(failure.reason.name)")
        guard excluded.insert(failure.exclusion).inserted else { throw failure }
      }
    }
  }

  /// Fetches a release into the free slot set as planned.
  private func install(
    _ plan: ReleasePlan, over state: AgentState, rollout: Int64, envelope: [UInt8]
  ) async throws {
    let free = state.running.slotSet.other
    try change(running: runningSlotSet) { boot in
      guard let first = plan.steps.first, try boot.freeSlot(free.slot, for: first.plan) else {
        throw Failure(.failed, "an update is on trial, or bank \(free.rawValue) runs")
      }
    }
    // Checked before anything is fetched.
    for step in plan.steps { _ = try target(of: step, in: free) }
    var sets = state.sets
    // An earlier installation of this release may have been stopped before its trial.
    let isKnown = sets[free]?.release == plan.release.hexadecimal
    if try !isKnown || present(plan, in: free) == nil {
      sets[free] = nil
      try folder.write(sets, to: DeviceFolder.slotSetsFile)
      for step in plan.steps { try await install(step, of: plan, in: free, over: state.running.slotSet, rollout) }
      try folder.write(envelope, to: "\(free.rawValue).envelope")
    }
    sets[free] = SlotSetContent(
      release: plan.release.hexadecimal, version: plan.version, sequence: plan.sequence,
      images: plan.installed,
      rollout: rollout == Self.noRollout ? nil : rollout)
    try folder.write(sets, to: DeviceFolder.slotSetsFile)
  }

  private func install(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, in free: SlotSet, over running: SlotSet, _ rollout: Int64
  ) async throws {
    // No patch of a missing image is chosen, because `fetched` removes it from the plan.
    guard let base = try folder.place(step.slot, in: running, of: identity)?.readOrErased() else {
      throw InstallError(.slotUnknown, at: 0)
    }
    let target = try target(of: step, in: free).open(besides: base)
    do {
      if step.isInstalled {
        var offset = 0
        try base.file.forEachPiece(upTo: step.size) { piece in
          target.file.write(offset, piece.span)
          offset += piece.count
        }
        try Self.check(step, in: target)
      } else if step.isLinuxPatch {
        try await applyStored(step, of: plan, base, to: target, rollout)
        try Self.check(step, in: target)
      } else {
        try await stream(step, of: plan, base, to: target, rollout)
      }
    } catch let error as InstallError {
      // An error of the disk is not a fault of the payload.
      if let failure = target.file.failure ?? base.file.failure { throw failure }
      guard !step.isInstalled, error.reason.isOfPayload else { throw error }
      throw PayloadFailure(exclusion: .init(slot: step.slot, payload: step.place), reason: error.reason)
    }
    try target.file.flush()
  }

  /// Returns the place for an image.
  ///
  /// - Throws: ``InstallError`` if there is none, or the image does not fit.
  private func target(of step: ReleasePlan.Step, in free: SlotSet) throws -> SlotPlace {
    guard let place = folder.place(step.slot, in: free, of: identity) else { throw InstallError(.slotUnknown, at: 0) }
    guard try step.size <= place.capacity() else { throw InstallError(.imageTooLarge, at: 0) }
    return place
  }

  private static func check(_ step: ReleasePlan.Step, in target: FileRegion) throws(InstallError) {
    guard InstalledComponent(step.plan, in: target, hash: AsvinDeviceCrypto.SHA256.self) != nil else {
      throw InstallError(.imageDigestMismatch, at: step.size)
    }
  }

  /// Reads the images of a release back from the disk of a slot set; `nil` if it does not have all of them.
  func present(_ plan: ReleasePlan, in slotSet: SlotSet) throws -> [InstalledComponent]? {
    var installed: [InstalledComponent] = []
    for step in plan.steps {
      guard let region = try folder.place(step.slot, in: slotSet, of: identity)?.read(isFresh: true),
        let component = InstalledComponent(step.plan, in: region, hash: AsvinDeviceCrypto.SHA256.self)
      else { return nil }
      installed.append(component)
    }
    return installed
  }

  /// Makes the release in the free slot set the next one on trial. The state is read again, because much time may have
  /// passed since the installation began.
  func activate(_ plan: ReleasePlan) throws {
    let state = try state()
    let free = state.running.slotSet.other
    guard state.boot.phase != .trial, plan.sequence > state.floor else { throw Rejection(.sequenceNotAboveFloor) }
    guard state.sets[free]?.release == plan.release.hexadecimal, let installed = try present(plan, in: free) else {
      throw InstallError(.imageDigestMismatch, at: 0)
    }
    try keep(
      OwedStart(sequence: plan.sequence, isReturn: false, boot: hooks.systemStart(), progress: .owed))
    try change { try $0.activate(installed.span, in: free.slot) }
    log("\(plan.version) is installed in bank \(free.rawValue)")
  }
}

extension Reason {
  /// Whether another payload of the same release may succeed where this one failed.
  fileprivate var isOfPayload: Bool {
    switch self {
    case .payloadTruncated, .payloadTooLong, .payloadDigestMismatch, .imageDigestMismatch, .linkDigestMismatch,
      .patchNotVerified, .patchInvalid, .baseDigestMismatch, .chunkTooLarge:
      true
    default: false
    }
  }
}
