import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinPatch
import AsvinPatchBuilder
import AsvinPatchHost
import AsvinImage
import AsvinManifest
import Synchronization

/// The patches of a release: from each base to the image of its slot, and from the empty base, which is the compressed image.
struct ReleasePatches {
  /// A base for a slot. The empty base does not have a name.
  private struct Job {
    let component: Int
    let name: String?
    let base: SlotImage
  }

  /// A patch for a release.
  private struct Made: Sendable {
    var bytes: [UInt8]
    var memory: Int
    var set: InstructionSet
    var profile: Profile
    var base: Digest
    /// The regions for writing over the base; `nil` for a patch to another slot.
    var inPlace: InPlaceReport?
  }

  /// The patches, and the content of each payload after the image of a component.
  private(set) var reports: [PayloadPatchReport] = []
  private(set) var payloads: [[(payload: Payload, bytes: [UInt8])]]

  /// Makes the patches of a release in parallel. Those of long images are made one after the other to limit memory.
  ///
  /// - Throws: ``Failure``.
  init(
    from bases: [String], to images: [FirmwareImage], profile: Profile?, for template: Template?,
    inPlace: InPlaceOptions? = nil,
    compressesImages: Bool = true,
    choice: (UInt64) throws(Failure) -> ImageChoice,
    in environment: Environment
  ) throws(Failure) {
    payloads = images.map { _ in [] }
    guard !bases.isEmpty else { return }
    let news = images.map { SlotImage(of: $0) }
    var jobs: [Job] = []
    for (component, image) in images.enumerated() {
      if compressesImages { jobs.append(Job(component: component, name: nil, base: .empty)) }
      for base in bases {
        let choice = try choice(image.slot)
        guard let image = try SlotImage(ifPresent: base, slot: image.slot, choice, in: environment) else { continue }
        jobs.append(Job(component: component, name: base, base: image))
      }
    }
    var made = [Made?](repeating: nil, count: jobs.count)
    var short: [ShortJob] = []
    for (index, job) in jobs.enumerated() {
      let new = news[job.component]
      if job.base.isLong || new.isLong {
        guard inPlace == nil else {
          throw Failure(
            .usage, "'\(new.name)' is too long for a patch in place", hint: "sign it without --in-place")
        }
        made[index] = try Self.long(from: job.base, to: new)
      } else {
        let (base, new) = try (job.base.bytes(), new.bytes())
        // The compressed image has no base to be written over.
        let windows = job.name == nil ? nil : try inPlace?.checked(base.count, new.count)
        short.append(ShortJob(index: index, base: base, new: new, name: job.name, inPlace: windows))
      }
    }
    // An explicit profile describes the memory of the device.
    let room = profile == nil ? template.flatMap { PatchRoom($0) } : nil
    for (index, patch) in try Self.build(short, profile, room, in: environment) { made[index] = patch }
    for (job, patch) in zip(jobs, made) {
      guard let patch else { throw Failure(.failed, "a patch was not made") }
      try explaining("a patch") { try note(job, patch, of: news[job.component], images) }
    }
  }

  private static func long(from base: SlotImage, to new: SlotImage) throws(Failure) -> Made {
    try explaining(new.name) {
      var bytes: [UInt8] = []
      let patch = try LongPatch.write(from: base.long, to: new.long) { bytes += $0 }
      var hash = SHA256()
      try base.source.forEachPiece { hash.update($0) }
      return Made(bytes: bytes, memory: patch.memory, set: patch.set, profile: .linux, base: hash.finish())
    }
  }

  /// A patch whose images are held in memory.
  private struct ShortJob: Sendable {
    let index: Int
    let base: [UInt8]
    let new: [UInt8]
    let name: String?
    let inPlace: Windows.InPlace?
  }

  private static func build(
    _ jobs: [ShortJob], _ profile: Profile?, _ room: PatchRoom?, in environment: Environment
  ) throws(Failure) -> [(Int, Made)] {
    let results = Mutex<[Result<BuiltPatch, DeltaError>?]>(Array(repeating: nil, count: jobs.count))
    concurrently(jobs.count) { index in
      let job = jobs[index]
      let result = Result { () throws(DeltaError) in
        let asked = profile ?? (job.inPlace == nil ? nil : .standard)
        let patch = try PatchBuilder.patch(from: job.base, to: job.new, profile: asked, inPlace: job.inPlace)
        guard let room, !room.holds(patch.memory) else { return patch }
        if patch.profile == .linux {
          let smaller = try PatchBuilder.patch(from: job.base, to: job.new, profile: .standard)
          if room.holds(smaller.memory) { return smaller }
        }
        return try PatchBuilder.patch(from: job.base, to: job.new, profile: .tiny, inPlace: job.inPlace)
      }
      let done = results.withLock { results in
        results[index] = result
        return results.count { $0 != nil }
      }
      environment.progress(UInt64(done), UInt64(jobs.count))
    }
    var patches: [(Int, Made)] = []
    for (job, result) in zip(jobs, results.withLock { $0 }) {
      guard let result else { throw Failure(.failed, "a patch was not made") }
      try explaining(job.name ?? "the image") {
        let patch = try result.get()
        try room?.check(patch)
        let made = Made(
          bytes: patch.bytes, memory: patch.memory, set: patch.set, profile: patch.profile,
          base: SHA256.digest(of: job.base.span), inPlace: patch.wear.map { InPlaceReport($0) })
        patches.append((job.index, made))
      }
    }
    return patches
  }

  /// Keeps a payload if it is smaller than the payloads that a device could use instead.
  private mutating func note(_ job: Job, _ patch: Made, of new: SlotImage, _ images: [FirmwareImage]) throws {
    let size = UInt64(patch.bytes.count)
    let compressed = payloads[job.component].first { $0.payload.base == nil }?.payload.size
    let isSmaller = size < compressed ?? new.source.size
    let isRepeated = payloads[job.component].contains { $0.payload.base?.digest == patch.base }
    reports.append(
      PayloadPatchReport(
        slot: images[job.component].slot, from: job.name, size: patch.bytes.count,
        isKept: isSmaller && !isRepeated, memory: patch.memory, inPlace: patch.inPlace))
    guard isSmaller, !isRepeated else { return }
    var payload = Payload(kind: .patch, size: size, digest: SHA256.digest(of: patch.bytes.span))
    if job.name != nil { payload.base = Payload.Base(digest: patch.base, size: job.base.source.size) }
    payload.memory = UInt64(patch.memory)
    // A device applies patches from sealed streams only, because it must not parse bytes that it has not checked.
    payload.seal = try SealedStream(patch.bytes).seal
    var features: UInt64 = patch.set == .none ? 0 : PayloadFeature.instructionSet(patch.set.rawValue)
    if patch.profile == .linux { features |= PayloadFeature.stored }
    if patch.inPlace != nil { features |= PayloadFeature.inPlace }
    if features != 0 { payload.features = features }
    payloads[job.component].append((payload, patch.bytes))
  }
}

/// The memory that a microcontroller has for patches.
private struct PatchRoom {
  let template: Template

  /// `nil` for a template that does not state the memory, or that has so much that it is a Linux device's.
  init?(_ template: Template) {
    guard template.memory > 0, template.memory < 1 << 20 else { return nil }
    self.template = template
  }

  private static let block = UInt64(SealedBlock.usualBytes)

  /// Whether a patch can be applied in the memory, after a block of its stream.
  func holds(_ memory: Int) -> Bool { UInt64(memory) + Self.block <= template.memory }

  /// Refuses a patch that no device of the board would choose.
  func check(_ patch: BuiltPatch) throws(Failure) {
    guard !holds(patch.memory) else { return }
    throw Failure(
      .usage,
      "the smallest patch needs \(patch.memory) bytes of RAM and \(Self.block) for a block of its stream, and a device of template"
        + " '\(template.name)' has \(template.memory)",
      hint: "sign without --from, or raise 'ram' in a template of yours, or name the device's memory with --profile")
  }
}

/// A patch that was made for a release.
package struct PayloadPatchReport: Encodable, Sendable {
  /// The slot of the image.
  package let slot: UInt64
  /// The base as the user gave it, or `nil` for the compressed image.
  package let from: String?
  /// Bytes.
  package let size: Int
  /// Whether the bundle holds it. It is left out if the compressed image or the image itself is not larger, or if another
  /// patch has the same base.
  package let isKept: Bool
  /// Bytes of RAM for applying the patch, in addition to the applier and its stack.
  package let memory: Int
  /// The regions and the wear of writing over the base; `nil` for a patch to another slot.
  package let inPlace: InPlaceReport?
}
