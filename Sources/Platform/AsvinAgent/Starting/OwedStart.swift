import AsvinHost
import AsvinInstaller
import AsvinPlatformAPI

/// A start of the device that is to come, for a release in a bank: kept on disk, because a hook can fail and the agent can
/// end before it happens.
struct OwedStart: Codable, Equatable {
  static let file = "start.json"

  enum Progress: String, Codable {
    /// No hook was run, or it failed.
    case owed
    /// A hook was begun: it may have ended the agent.
    case begun
    /// A hook succeeded.
    case done
  }

  /// The sequence number of the release that is to be started.
  var sequence: UInt64
  /// Whether it is what ran before an update that failed.
  var isReturn: Bool
  /// The system's start in which it was asked for.
  var boot: String
  var progress: Progress

  /// Whether the device has been started since: by its system, or by the hook.
  var hasHappened: Bool { progress != .owed || !boot.isEmpty && Self.systemStart != boot }

  /// What tells one start of this system from another.
  static var systemStart: String {
    let bytes = try? InputFile("/proc/sys/kernel/random/boot_id").spooled()  // no /proc: its exit code decides
    return String(decoding: (bytes ?? []).filter { $0 > 0x20 }, as: UTF8.self)
  }
}

extension InputFile {
  /// The first bytes.
  fileprivate func spooled() throws(FileError) -> [UInt8] { try read(at: 0, count: 64) }
}

extension DeviceAgent {
  func owedStart() throws -> OwedStart? {
    let file = try folder.load(OwedStart.file, as: OwedStart.self)
    // A record that is torn was being written when the hook had not been begun.
    return file.isDamaged ? nil : file.value
  }

  func keep(_ owed: OwedStart?) throws {
    if let owed { return try folder.write(owed, to: OwedStart.file) }
    try FileSystem.remove(folder.file(OwedStart.file))
  }

  /// Starts the device anew for a bank: by the hook, or by ending where there is none.
  ///
  /// - Returns: why the hook failed; `nil` where it succeeded, or there is none.
  func restart(_ content: BankContent, in bank: Bank, isReturn: Bool) async throws -> String? {
    guard let restart = hooks.restart else {
      mustEnd = true
      return nil
    }
    var owed = OwedStart(
      sequence: content.sequence, isReturn: isReturn, boot: OwedStart.systemStart, progress: .begun)
    try keep(owed)
    let release = hookRelease(content, in: bank, isReturn: isReturn)
    switch await restart(release) {
    case .succeeded:
      owed.progress = .done
      try keep(owed)
      mustEnd = true
      return nil
    case .failed(let why):
      owed.progress = .owed
      try keep(owed)
      say("--restart failed for \(content.version): \(why)")
      return why
    }
  }

  func hookRelease(_ content: BankContent, in bank: Bank, isReturn: Bool = false) -> HookRelease {
    HookRelease(
      version: content.version, sequence: content.sequence, release: content.release, bank: bank.rawValue,
      images: content.images.map {
        HookRelease.Image(slot: $0.slot, path: folder.image($0.slot, in: bank), size: $0.size, digest: $0.digest)
      }, isReturn: isReturn)
  }

  /// Starts the device anew once more, where a start is still owed.
  ///
  /// - Returns: what came of it; `nil` where no start is owed.
  func awaitedStart() async throws -> Outcome? {
    let state = try state()
    if let candidate = state.candidate, state.boot.phase == .pending {
      // Ask first: the rollout may have been stopped meanwhile. A second report of the installation changes nothing.
      if let rollout = candidate.content.rollout {
        await report(DeviceEventRequest(event: .installed), about: rollout)
        if withdrawn.contains(rollout) { return try discard(candidate.content.version) }
      }
      let why = try await restart(candidate.content, in: candidate.bank, isReturn: false)
      return why.map { .waiting(candidate.content.version, $0) } ?? .pending(candidate.content.version)
    }
    guard let owed = try owedStart(), owed.isReturn, !owed.hasHappened, hooks.restart != nil else { return nil }
    let content = state.running.content
    let why = try await restart(content, in: state.running.bank, isReturn: true)
    return why.map { .waiting(content.version, $0) } ?? .pending(content.version)
  }

  /// Gives up what is pending, because the platform has withdrawn it. What was fetched stays on the disk, so that the same
  /// release is not fetched twice.
  func discard(_ version: String) throws -> Outcome {
    try change { try $0.revert() }
    outbox.trial = nil
    outbox.keep(in: folder)
    attempt { try keep(nil) }
    say("\(version) was withdrawn by the platform; it is not started")
    return .withdrawn(version)
  }
}
