import AsvinBundle
import AsvinCrypto
import AsvinDeltaBuilder
import AsvinInstaller
import AsvinPlatformAPI
import AsvinPublisher
import AsvinRelease
import AsvinVerifier
import AsvinVerifyCrypto
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
    guard try state.freeSlot() else { throw Failure(.failed, "an update is on trial") }
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
    try state.activate(installed.span)
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
    let size = step.plan.streamSize
    let installation = try StreamInstallation(
      step.plan, into: target, journal: journal, base: base, memory: Int(step.memory))
    hooks.log("fetching \(step.plan.isPatch ? "a patch" : "the image") of \(step.plan.payloadSize) bytes")
    if installation.offset > 0 { hooks.log("going on from byte \(installation.offset) of \(size)") }
    let path = path(of: step, plan, sealed: step.isSealed)
    while installation.offset < size {
      try await tellProgress(installation.offset, of: size)
      try installation.push(try await fetch(path, from: installation.offset, of: size))
    }
    return try installation.finish()
  }

  /// A patch that unpacks what is packed: it is stored and verified whole first.
  private func applyWhole(
    _ step: ReleasePlan.Step, of plan: ReleasePlan, _ base: FileRegion, to target: FileRegion
  ) async throws {
    let size = step.plan.payloadSize
    var patch: [UInt8] = []
    let path = path(of: step, plan, sealed: false)
    while UInt64(patch.span.count) < size {
      try await tellProgress(UInt64(patch.span.count), of: size)
      patch += try await fetch(path, from: UInt64(patch.span.count), of: size)
    }
    guard AsvinCrypto.SHA256.digest(of: patch.span) == step.payloadDigest else {
      throw InstallError(.payloadDigestMismatch, at: size)
    }
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

  /// A piece of a payload, or what of it has arrived before the network failed.
  private func fetch(_ path: String, from offset: UInt64, of size: UInt64) async throws -> [UInt8] {
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
      let bytes = arrived.withLock { $0 }
      guard !bytes.isEmpty else { throw failure }
      hooks.log("cut at byte \(offset + UInt64(bytes.span.count)) of \(size)")
      return bytes
    }
    return arrived.withLock { $0 }
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
