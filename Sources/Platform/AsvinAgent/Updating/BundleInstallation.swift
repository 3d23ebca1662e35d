import AsvinHost
import AsvinInstaller
import AsvinVerifier

extension DeviceAgent {
  /// Installs a release from a bundle file, with the checks, the floor and the trial of an update from the platform. The
  /// platform hears of the running release at the next poll.
  ///
  /// - Throws: ``Failure`` if the release is rejected, does not fit, or an update is on trial.
  package func install(_ bundle: BundlePayloads) async throws -> Outcome {
    try await establishRunning()
    try repair()
    let state = try state()
    guard state.boot.phase != .trial, state.boot.phase != .leaving else {
      throw Failure(.failed, "an update is on trial", hint: "wait until it is confirmed or reverted")
    }
    source = .bundle(bundle)
    defer { source = .platform }
    do {
      let plan = try await fetched(bundle.envelope, of: Self.noRollout, over: state)
      try activate(plan)
      outbox.rollout = nil
      outbox.trial = plan.sequence
      outbox.keep(in: folder)
      guard let candidate = try self.state().candidate else { throw Failure(.failed, "\(plan.version) is not pending") }
      let why = try await restart(candidate.content, in: candidate.slotSet, isReturn: false)
      return why.map { .waiting(plan.version, $0) } ?? .pending(plan.version)
    } catch let failure as PayloadFailure {
      throw Failure(
        .failed, "no payload of the release can be used: \(failure.reason.name)", reason: failure.reason)
    } catch let rejection as Rejection {
      throw Failure(.rejected, "the release is rejected: \(rejection.reason.name)", reason: rejection.reason)
    } catch let error as InstallError {
      throw Failure(.failed, "the release cannot be installed: \(error.reason.name)", reason: error.reason)
    }
  }
}
