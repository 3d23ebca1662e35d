import AsvinHost
import AsvinCrypto
import AsvinPatchHost
import AsvinInstaller
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinVerifier
import FoundationEssentials
import Synchronization

extension DeviceAgent {
  /// Bytes of a request. With a limit of the rate, a request is for two seconds.
  private var pieceBytes: UInt64 { min(1 << 18, max(hooks.rate.map { $0 * 2 } ?? .max, 4096)) }

  private func path(of step: ReleasePlan.Step, _ plan: ReleasePlan, sealed: Bool) -> String {
    "/v2/releases/\(plan.release.hexadecimal)/payloads/\(step.number)\(sealed ? "/sealed" : "")"
  }

  /// Installs an image with the installer of microcontrollers. It resumes at the offset in the journal, and verifies each
  /// block before it uses it.
  func stream(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ base: FileRegion, to target: FileRegion, _ rollout: Int64
  ) async throws {
    let journal = try FileRegion(folder.file("journal-\(step.slot)"), room: UInt64(2 * FileRegion.blockBytes))
    let installation = try StreamInstallation(
      step.plan, into: target, journal: journal, base: base, memory: Int(clamping: step.memory))
    log("fetching \(step.plan.isPatch ? "a patch" : "the image") of \(step.plan.payloadSize) bytes")
    let start = installation.offset
    if start > 0 { log("resuming at byte \(start) of \(step.plan.streamSize)") }
    do {
      try await stream(step, of: plan, installation, rollout)
    } catch let error as InstallError where error.reason == .imageDigestMismatch && start > 0 {
      // Power may have been lost after the journal was written and before the image was. A second download from the start
      // shows whether the payload itself is wrong.
      log("the bytes written before are not those of the payload; fetching it from the start")
      let second = try StreamInstallation(
        step.plan, into: target, journal: journal, base: base, memory: Int(clamping: step.memory))
      try await stream(step, of: plan, second, rollout)
    } catch let error as InstallError where error.reason == .flashFailed {
      if let failure = journal.file.failure { throw failure }
      throw error
    }
  }

  private func stream(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ installation: StreamInstallation, _ rollout: Int64
  ) async throws {
    let size = step.plan.streamSize
    let payload = try Wanted(step, path(of: step, plan, sealed: step.isSealed), step.isSealed, source)
    var progress = ProgressReports()
    while installation.offset < size {
      try await reportProgress(&progress, installation.offset, of: size, rollout)
      let (bytes, failure) = try await fetch(payload, from: installation.offset, of: size)
      try installation.push(bytes)
      if let failure { throw failure }
    }
    _ = try installation.finish()
  }

  /// Applies a patch of the Linux profile, which unpacks compressed content. The patch is stored and verified first.
  func applyStored(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ base: FileRegion, to target: FileRegion, _ rollout: Int64
  ) async throws {
    let patch = try await stored(step, of: plan, rollout)
    // Unpacking, patching and packing a large file system.
    watchdog.expect(within: 3600)
    let old = base.file.beginning(Int(clamping: step.plan.baseSize))
    var offset = 0
    func write(_ piece: [UInt8]) throws {
      guard offset + piece.count <= Int(step.size) else { throw InstallError(.patchInvalid, at: UInt64(offset)) }
      target.file.write(offset, piece.span)
      offset += piece.count
    }
    do {
      if patch.first == LongPatch.magic {
        _ = try LongPatch.apply(
          LongImage(patch), to: LongImage(old), maximum: Int(step.size), to: write)
      } else {
        let all = try old.read(at: 0, count: Int(clamping: old.size))
        try write(try ImagePatch.apply(patch, to: all, maximum: Int(step.size)))
      }
    } catch is DeltaError {
      throw InstallError(.patchInvalid, at: 0)
    }
  }

  /// Fetches a payload. If the download fails, the received bytes are stored in the folder and used after a restart.
  private func stored(_ step: ReleasePlan.Step, of plan: ReleasePlan, _ rollout: Int64) async throws -> [UInt8] {
    let size = step.plan.payloadSize
    let name = "payload-\(step.payloadDigest.hexadecimal.prefix(16))"
    guard size <= UInt64(ImagePatch.imageBytes) else { throw InstallError(.imageTooLarge, at: 0) }
    try removePayloads(but: name)
    let payload = try Wanted(step, path(of: step, plan, sealed: false), false, source)
    var patch = try InputFile.existing(folder.file(name))?.read(at: 0, count: Int(size)) ?? []
    var progress = ProgressReports()
    while UInt64(patch.count) < size {
      try await reportProgress(&progress, UInt64(patch.count), of: size, rollout)
      let (bytes, failure) = try await fetch(payload, from: UInt64(patch.count), of: size)
      patch += bytes
      if let failure {
        let file = try OutputFile(
          folder.file(name), permissions: 0o600, replacing: .existing, durability: .remade)
        try file.write(patch)
        try file.commit()
        throw failure
      }
    }
    FileSystem.discard(folder.file(name))
    guard AsvinCrypto.SHA256.digest(of: patch.span) == step.payloadDigest else {
      throw InstallError(.payloadDigestMismatch, at: size)
    }
    return patch
  }

  /// Removes stored parts of other payloads.
  private func removePayloads(but name: String) throws {
    for other in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []  // stale parts are harmless
    where other.hasPrefix("payload-") && other != name { FileSystem.discard(folder.file(other)) }
  }

  /// A payload that is fetched from the platform or read in a bundle.
  private struct Wanted {
    let path: String
    let local: (any ByteSource & Sendable)?

    init(_ step: ReleasePlan.Step, _ path: String, _ sealed: Bool, _ source: PayloadSource) throws {
      self.path = path
      if case .bundle(let bundle) = source {
        local = try bundle.source(step.number, sealed: sealed)
      } else {
        local = nil
      }
    }
  }

  /// Fetches a piece of a payload. If the network fails, it returns the received bytes and the failure.
  private func fetch(
    _ payload: Wanted, from offset: UInt64, of size: UInt64
  ) async throws -> (bytes: [UInt8], failure: Failure?) {
    let count = min(pieceBytes, size - offset)
    // A piece over a slow link, or the last one with the reading back of a large image.
    watchdog.expect(within: 1800)
    if let local = payload.local { return (try local.read(at: offset, count: Int(count)), nil) }
    let start = ContinuousClock.now
    let result = try await request(payload.path, from: offset, count, of: size)
    if let rate = hooks.rate {
      try await Task.sleep(until: start + .seconds(Double(result.bytes.count) / Double(rate)))
    }
    return result
  }

  private func request(
    _ path: String, from offset: UInt64, _ count: UInt64, of size: UInt64
  ) async throws -> (bytes: [UInt8], failure: Failure?) {
    let isAll = offset == 0 && count == size
    let arrived = Mutex<[UInt8]>([])
    do {
      try await authorised { platform, _ in
        arrived.withLock { $0 = [] }
        try await platform.fetch(path, from: offset, count: isAll ? nil : count, atMost: count) { piece in
          arrived.withLock { $0 += piece }
        }
      }
    } catch let failure as Failure where failure.kind == .unreachable {
      return (arrived.withLock { $0 }, failure)
    }
    let bytes = arrived.withLock { $0 }
    guard !bytes.isEmpty else {
      return ([], Failure(.unreachable, "the platform sends no bytes of \(path)", hint: "the agent tries again later"))
    }
    return (bytes, nil)
  }

  /// Reports the progress if a report is due. A lost report does not stop the download; the end of the rollout does.
  private func reportProgress(
    _ progress: inout ProgressReports, _ done: UInt64, of size: UInt64, _ rollout: Int64
  ) async throws {
    guard rollout != Self.noRollout, let percent = progress.due(done, of: size, at: .now) else { return }
    do {
      try await post(DeviceEventRequest(event: .downloading, progress: percent), about: rollout)
    } catch let failure as Failure where failure.isWithdrawal {
      throw failure
    } catch {
      log("the progress is not reported: \(AgentFailure.failure(error).message)")
    }
  }
}

extension InputFile {
  /// Opens a file; `nil` if it is missing.
  fileprivate static func existing(_ path: String) throws(FileError) -> InputFile? {
    do {
      return try InputFile(path)
    } catch {
      guard error.isMissing else { throw error }
      return nil
    }
  }
}
