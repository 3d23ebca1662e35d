import AsvinBundle
import AsvinCrypto
import AsvinDeltaBuilder
import AsvinInstaller
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease
import AsvinVerifier
import AsvinVerifyCrypto
import FoundationEssentials
import Glibc
import Synchronization

extension DeviceAgent {
  /// Bytes that are fetched at once.
  private static let pieceBytes: UInt64 = 1 << 18

  /// Fetches a release into the free bank and makes it the next to be tried.
  func install(_ plan: ReleasePlan, over running: BankContent) async throws {
    let (bank, _) = try runningBank()
    let free = bank.other
    let boot = try bootRegion()
    var state = bootState(boot)
    guard let first = plan.steps.first, try state.freeSlot(free.slot, for: first.plan) else {
      throw Failure(.failed, "an update is on trial")
    }
    try boot.file.flush()
    var banks = try banks()
    banks[free] = nil
    try folder.write(banks, to: "banks.json")
    var installed: [InstalledComponent] = []
    for step in plan.steps {
      let target = try FileRegion(folder.image(step.slot, in: free), room: identity.room)
      let base = try FileRegion(folder.image(step.slot, in: bank), room: identity.room)
      guard step.size <= target.capacity else { throw InstallError(.imageTooLarge, at: 0) }
      if step.isInstalled {
        target.file.write(0, base.file.prefix(Int(step.size)).span)
        installed.append(try Self.check(step, in: target))
      } else if step.isLinuxPatch {
        try await applyWhole(step, of: plan, base, to: target)
        installed.append(try Self.check(step, in: target))
      } else {
        installed.append(try await stream(step, of: plan, base, to: target))
      }
      try target.file.flush()
    }
    banks[free] = BankContent(
      release: plan.release.hexadecimal, version: plan.version, sequence: plan.sequence,
      images: plan.steps.map { BankImage(slot: $0.slot, size: $0.size, digest: $0.digest.hexadecimal) })
    try folder.write(banks, to: "banks.json")
    try state.activate(installed.span, in: free.slot)
    try boot.file.flush()
    hooks.log("\(plan.version) is installed in bank \(free.rawValue)")
  }

  private static func check(_ step: ReleasePlan.Step, in target: FileRegion) throws(InstallError) -> InstalledComponent
  {
    guard let component = InstalledComponent(step.plan, in: target, hash: AsvinVerifyCrypto.SHA256.self) else {
      throw InstallError(.imageDigestMismatch, at: step.size)
    }
    return component
  }

  private func path(of step: ReleasePlan.Step, _ plan: ReleasePlan, sealed: Bool) -> String {
    "/v2/releases/\(plan.release.hexadecimal)/payloads/\(step.number)\(sealed ? "/sealed" : "")"
  }

  /// By the installer that microcontrollers have: from where the journal says, each block checked before it is used.
  private func stream(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ base: FileRegion, to target: FileRegion
  ) async throws -> InstalledComponent {
    let journal = try FileRegion(folder.file("journal-\(step.slot)"), room: UInt64(2 * FileRegion.blockBytes))
    let installation = try StreamInstallation(
      step.plan, into: target, journal: journal, base: base, memory: Int(step.memory))
    hooks.log("fetching \(step.plan.isPatch ? "a patch" : "the image") of \(step.plan.payloadSize) bytes")
    let start = installation.offset
    if start > 0 { hooks.log("going on from byte \(start) of \(step.plan.streamSize)") }
    do {
      return try await stream(step, of: plan, installation)
    } catch let error as InstallError where error.reason == .imageDigestMismatch && start > 0 {
      // A power cut may have taken what was written and left the journal, which says that it stands: once more, from the
      // start. What is wrong then is the image.
      hooks.log("what was written before is not what was sent; from the start")
      let anew = try StreamInstallation(
        step.plan, into: target, journal: journal, base: base, memory: Int(step.memory))
      return try await stream(step, of: plan, anew)
    }
  }

  private func stream(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ installation: StreamInstallation
  ) async throws -> InstalledComponent {
    let size = step.plan.streamSize
    let path = path(of: step, plan, sealed: step.isSealed)
    while installation.offset < size {
      try await tellProgress(installation.offset, of: size)
      let (bytes, failure) = try await fetch(path, from: installation.offset, of: size)
      try installation.push(bytes)
      if let failure { throw failure }
    }
    return try installation.finish()
  }

  /// A patch that unpacks what is packed: it is stored and verified whole first.
  private func applyWhole(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ base: FileRegion, to target: FileRegion
  ) async throws {
    let patch = try await stored(step, of: plan)
    let old = base.file.prefix(Int(step.plan.baseSize))
    var offset = 0
    func give(_ piece: [UInt8]) throws {
      guard offset + piece.span.count <= Int(step.size) else { throw InstallError(.patchInvalid, at: UInt64(offset)) }
      target.file.write(offset, piece.span)
      offset += piece.span.count
    }
    do {
      if patch.first == LongPatch.magic {
        _ = try LongPatch.apply(
          patch.long, to: old.long, maximum: Int(step.size), to: give)
      } else {
        try give(try PatchBuilder.apply(patch, to: old, maximum: Int(step.size)))
      }
    } catch is DeltaError {
      throw InstallError(.patchInvalid, at: 0)
    }
  }

  /// A payload, fetched into a file of the folder: what has arrived is there after a restart.
  private func stored(_ step: ReleasePlan.Step, of plan: ReleasePlan) async throws -> [UInt8] {
    let size = step.plan.payloadSize
    let name = folder.file("payload-\(step.payloadDigest.hexadecimal.prefix(16))")
    guard size <= UInt64(PatchBuilder.imageBytes) else { throw InstallError(.imageTooLarge, at: 0) }
    var patch = try FileManager.default.fileExists(atPath: name) ? InputFile(name).read(at: 0, count: Int(size)) : []
    let path = path(of: step, plan, sealed: false)
    while UInt64(patch.span.count) < size {
      try await tellProgress(UInt64(patch.span.count), of: size)
      let (bytes, failure) = try await fetch(path, from: UInt64(patch.span.count), of: size)
      patch += bytes
      if let failure {
        let file = try OutputFile(name, permissions: 0o600, replacing: .existing, durability: .remade)
        try file.write(patch)
        try file.commit()
        throw failure
      }
    }
    unsafe unlink(name)
    guard AsvinCrypto.SHA256.digest(of: patch.span) == step.payloadDigest else {
      throw InstallError(.payloadDigestMismatch, at: size)
    }
    return patch
  }

  /// A piece of a payload; where the network fails, what of it has arrived, and the failure.
  private func fetch(
    _ path: String, from offset: UInt64, of size: UInt64
  ) async throws -> (bytes: [UInt8], failure: Failure?) {
    let count = min(Self.pieceBytes, size - offset)
    let isWhole = offset == 0 && count == size
    let arrived = Mutex<[UInt8]>([])
    do {
      try await session.run { platform in
        arrived.withLock { $0 = [] }
        try await platform.fetch(path, from: offset, count: isWhole ? nil : count, atMost: count) { piece in
          arrived.withLock { $0 += piece }
        }
      }
    } catch let failure as Failure where failure.kind == .unreachable {
      return (arrived.withLock { $0 }, failure)
    }
    let bytes = arrived.withLock { $0 }
    guard !bytes.isEmpty else { return ([], Failure(.unreachable, "\(path) gives nothing")) }
    return (bytes, nil)
  }

  private func tellProgress(_ done: UInt64, of size: UInt64) async throws {
    guard size > Self.pieceBytes || done == 0 else { return }
    try await tell(DeviceEventRequest(event: .downloading, progress: Int(done * 100 / max(size, 1))))
  }
}

extension [UInt8] {
  /// As the patches of long images take them.
  fileprivate var long: LongImage {
    LongImage(count: span.count) { offset, count in Array(self[offset..<Swift.min(offset + count, self.span.count)]) }
  }
}
