import AsvinBundle
import AsvinCrypto
import AsvinDelta
import AsvinDeltaBuilder
import AsvinManifest
import Dispatch
import Synchronization

/// The patches of a release: from each base to the image of its slot, and from nothing, which is the compressed image.
struct ReleasePatches {
  /// A base for a slot; without bytes the empty one.
  private struct Job: Sendable {
    let component: Int
    let name: String?
    let base: [UInt8]
  }

  /// What was made, and the content of each payload behind the image of a component.
  private(set) var reports: [PayloadPatchReport] = []
  private(set) var payloads: [[(payload: Payload, bytes: [UInt8])]]

  /// Makes the patches of a release, side by side.
  ///
  /// - Throws: ``Failure``.
  init(
    from bases: [String], to images: [FirmwareImage], profile: Profile?, in surroundings: Surroundings
  ) throws(Failure) {
    payloads = images.map { _ in [] }
    guard !bases.isEmpty else { return }
    var jobs: [Job] = []
    var news: [[UInt8]] = []
    for (component, image) in images.enumerated() {
      news.append(try SlotImage.bytes(of: image))
      jobs.append(Job(component: component, name: nil, base: []))
      for base in bases {
        guard let bytes = try SlotImage.bytesIfPresent(base, slot: image.slot, in: surroundings) else { continue }
        jobs.append(Job(component: component, name: base, base: bytes))
      }
    }
    let built = try Self.build(jobs, news, profile, in: surroundings)
    for (job, patch) in zip(jobs, built) { note(job, patch, of: news[job.component], images) }
  }

  private static func build(
    _ jobs: [Job], _ news: [[UInt8]], _ profile: Profile?, in surroundings: Surroundings
  ) throws(Failure) -> [BuiltPatch] {
    let results = Mutex<[Result<BuiltPatch, DeltaError>?]>(Array(repeating: nil, count: jobs.count))
    DispatchQueue.concurrentPerform(iterations: jobs.count) { index in
      let job = jobs[index]
      let result = Result { () throws(DeltaError) in
        try PatchBuilder.patch(
          from: job.base, to: news[job.component], profile: profile)
      }
      let done = results.withLock { results in
        results[index] = result
        return results.count { $0 != nil }
      }
      surroundings.progress(UInt64(done), UInt64(jobs.count))
    }
    var patches: [BuiltPatch] = []
    for (job, result) in zip(jobs, results.withLock { $0 }) {
      guard let result else { throw Failure(.failed, "a patch was not made") }
      do throws(DeltaError) {
        patches.append(try result.get())
      } catch {
        throw Failure(error, on: job.name ?? "the image")
      }
    }
    return patches
  }

  /// Keeps a payload that is smaller than what a device could get without it.
  private mutating func note(
    _ job: Job, _ patch: BuiltPatch, of new: [UInt8], _ images: [FirmwareImage]
  ) {
    let compressed = payloads[job.component].first { $0.payload.base == nil }?.payload.size
    let isSmaller = UInt64(patch.bytes.span.count) < compressed ?? UInt64(new.span.count)
    let digest = SHA256.digest(of: job.base.span)
    let isRepeated = payloads[job.component].contains { $0.payload.base?.digest == digest }
    reports.append(
      PayloadPatchReport(
        slot: images[job.component].slot, from: job.name, size: patch.bytes.span.count,
        isKept: isSmaller && !isRepeated, memory: patch.memory))
    guard isSmaller, !isRepeated else { return }
    var payload = Payload(
      kind: .patch, size: UInt64(patch.bytes.span.count), digest: SHA256.digest(of: patch.bytes.span))
    if job.name != nil { payload.base = Payload.Base(digest: digest, size: UInt64(job.base.span.count)) }
    payload.memory = UInt64(patch.memory)
    let features: UInt64 =
      (patch.set == .none ? 0 : 1 << UInt64(patch.set.rawValue)) | (patch.profile == .linux ? 1 << 8 : 0)
    if features != 0 { payload.features = features }
    payloads[job.component].append((payload, patch.bytes))
  }
}

/// A patch that was made for a release.
public struct PayloadPatchReport: Encodable, Sendable {
  /// The slot of the image.
  public let slot: UInt64
  /// The base as it was given; `nil` for the compressed image.
  public let from: String?
  /// Bytes.
  public let size: Int
  /// Whether the bundle holds it: not where the compressed image, or the image itself, is no larger, or where another
  /// has the same base.
  public let isKept: Bool
  /// Bytes of RAM that applying needs, beside the applier itself and its stack.
  public let memory: Int
}
