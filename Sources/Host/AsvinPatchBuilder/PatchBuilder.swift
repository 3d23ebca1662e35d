import AsvinCrypto
package import AsvinPatch
import AsvinManifest

/// A patch, and what applying it needs.
package struct BuiltPatch: Sendable {
  /// Header and body.
  package let bytes: [UInt8]
  /// The memory that it is applied in.
  package let profile: Profile
  /// The machine code that it was made for.
  package let set: InstructionSet
  /// Bytes of RAM that applying needs, beside the applier itself and its stack.
  package let memory: Int
  /// What writing over the base costs; `nil` where the result goes to another slot.
  package let wear: Wear?
}

/// What an update in place costs the flash.
package struct Wear: Equatable, Sendable {
  /// Bytes of the spare blocks, and of the checkpoint area.
  package let spareBytes: Int, checkpointBytes: Int
  /// How often a block of either area is erased at most; one of the slot is erased once.
  package let spareErasures: Int, checkpointErasures: Int
}

/// Makes patches: finds covers, tries machine codes and load addresses, keeps the smallest, and proves it.
package enum PatchBuilder {
  /// Bytes of an image at most.
  package static let imageBytes = Int(Int32.max)

  /// How many times as long as an image what is compressed in it may be, all in all: a bomb stays closed.
  private static let expansion = 64

  /// Bytes of an image of so many bytes, laid open, at most.
  private static func openedBytes(_ count: Int) -> Int { min(imageBytes, max(count, 4096) * expansion) }

  /// The smallest patch from one image to another that was found.
  ///
  /// - Parameters:
  ///   - profile: how much memory it is applied in; `nil` takes what the image looks made for.
  ///   - set: the machine code, where it is known.
  ///   - inPlace: how the result is written over the base; `nil` where it goes to another slot.
  ///   - effort: how long to look for a smaller one.
  ///   - progress: is told how many trials of about how many are done.
  /// - Throws: ``DeltaError``.
  package static func patch(
    from old: [UInt8], to new: [UInt8], profile: Profile?, set: InstructionSet? = nil, inPlace: Windows.InPlace? = nil,
    effort: Effort = .normal, progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(DeltaError) -> BuiltPatch {
    guard old.count <= imageBytes, new.count <= imageBytes else { throw .imageTooLong }
    guard inPlace == nil else { return try plainPatch(old, new, profile ?? .standard, set, inPlace, effort, progress) }
    let (profile, opened) = recognised(new, as: profile)
    if let opened, !opened.streams.isEmpty { return try streamPatch(old, new, opened, set, effort, progress) }
    return try plainPatch(old, new, profile, set, nil, effort, progress)
  }

  /// Linux for images beyond what a microcontroller's flash holds, and for those that are mostly compressed in a way
  /// that can be made again; else standard. Of one for Linux also what it holds.
  private static func recognised(_ image: [UInt8], as profile: Profile?) -> (Profile, opened: UnpackedImage?) {
    guard profile == .linux || profile == nil && image.count > 64 << 10 else { return (profile ?? .standard, nil) }
    let opened = UnpackedImage(image, isRepacked: true, limit: openedBytes(image.count))
    let isLinux = profile == .linux || image.count > 16 << 20 || opened.bytes.count > image.count + image.count / 4
    return isLinux ? (.linux, opened) : (.standard, nil)
  }

  private static func streamPatch(
    _ old: [UInt8], _ new: [UInt8], _ opened: UnpackedImage, _ set: InstructionSet?, _ effort: Effort,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(DeltaError) -> BuiltPatch {
    let base = UnpackedImage(old, isRepacked: false, limit: openedBytes(old.count))
    let inner = try plainPatch(base.bytes, opened.bytes, .linux, set, nil, effort, progress)
    let bytes = StreamPatch(old: base.streams, new: opened.streams, patch: inner.bytes)
      .bytes(base: hint(old), result: hint(new))
    try prove(bytes, from: old, gives: new)
    // Both images are held as they are and laid open.
    let memory = inner.memory + old.count + base.bytes.count + opened.bytes.count + new.count
    return BuiltPatch(bytes: bytes, profile: .linux, set: inner.set, memory: memory, wear: nil)
  }

  private static func plainPatch(
    _ old: [UInt8], _ new: [UInt8], _ profile: Profile, _ set: InstructionSet?, _ inPlace: Windows.InPlace?,
    _ effort: Effort, _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(DeltaError) -> BuiltPatch {
    let trial = Trial(old: old, new: new, profile: profile, effort: effort, progress: progress)
    var plan = trial.best(among: set.map { [$0] } ?? InstructionSet.allCases)
    if let inPlace { plan = trial.inPlace(plan, inPlace) }
    let body = PatchWriter(old: old, new: new).bytes(plan)
    let header = PatchHeader(
      profile: profile, emphasis: plan.emphasis, base: hint(old), result: hint(new), inPlace: inPlace)
    let bytes = (0..<header.byteCount).map { header.bytes[$0] } + body
    let wear = try prove(bytes, from: old, gives: new)
    return BuiltPatch(
      bytes: bytes, profile: profile, set: plan.settings.set, memory: header.workspaceBytes, wear: wear)
  }

  /// Applies a patch that was just made: one that cannot be applied is a defect, whatever the reason.
  @discardableResult
  private static func prove(_ patch: [UInt8], from old: [UInt8], gives new: [UInt8]) throws(DeltaError) -> Wear? {
    do throws(DeltaError) {
      let (result, wear) =
        patch.first == StreamPatch.magic
        ? (try repacked(patch, old, maximum: new.count), nil) : try proved(patch, on: old, maximum: new.count)
      if result == new { return wear }
    } catch {}
    throw .notProved
  }

  /// Applies a patch to the base that it names.
  ///
  /// - Parameter maximum: bytes of the result at most: what a manifest says, where there is one.
  /// - Throws: ``DeltaError/patch(_:)``, ``DeltaError/badRecipe(at:)``.
  package static func apply(_ patch: [UInt8], to old: [UInt8], maximum: Int) throws(DeltaError) -> [UInt8] {
    if patch.first == StreamPatch.magic { return try repacked(patch, old, maximum: maximum) }
    return try proved(patch, on: old, maximum: maximum).result
  }

  private static func repacked(_ bytes: [UInt8], _ old: [UInt8], maximum: Int) throws(DeltaError) -> [UInt8] {
    guard bytes.count > StreamPatch.headBytes else { throw .patch(PatchError(.truncated, at: UInt64(bytes.count))) }
    guard bytes[1] == 0x10 else { throw .patch(PatchError(.unknownFormat, at: 1)) }
    func word(_ place: Int) -> UInt32 { bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    guard word(2) == hint(old) else { throw .patch(PatchError(.wrongBase, at: 2)) }
    let patch = try StreamPatch(bytes, limit: openedBytes(maximum))
    guard let base = UnpackedImage(old, at: patch.old, limit: openedBytes(old.count)) else { throw .badRecipe(at: 10) }
    let opened = try proved(patch.patch, on: base.bytes, maximum: openedBytes(maximum)).result
    guard let result = UnpackedImage.packed(opened, patch.new, limit: maximum) else { throw .badRecipe(at: 10) }
    guard hint(result) == word(6) else { throw .patch(PatchError(.wrongResult, at: 6)) }
    return result
  }

  private static func proved(
    _ patch: [UInt8], on old: [UInt8], maximum: Int
  ) throws(DeltaError) -> (result: [UInt8], wear: Wear?) {
    do throws(PatchError) {
      let header = try PatchHeader(patch.span)
      guard header.base == hint(old) else { throw PatchError(.wrongBase, at: 2) }
      if let inPlace = header.inPlace { return try overwritten(old, by: patch, header, inPlace, maximum) }
      let memory = UnsafeMutableRawBufferPointer.allocate(
        byteCount: header.workspaceBytes, alignment: 8)
      defer { unsafe memory.deallocate() }
      var applier = unsafe HostApplier(
        header, base: KnownBytes(bytes: old), output: GrowingResult(), maximum: UInt32(min(maximum, imageBytes)),
        workspace: memory)
      // In small pieces, as a device gets it.
      var place = header.byteCount
      while place < patch.count {
        let end = min(place + 64, patch.count)
        try applier.push(patch.span.extracting(place..<end))
        place = end
      }
      try applier.finish()
      let result = applier.intoOutput().bytes
      guard header.result == hint(result) else { throw PatchError(.wrongResult, at: 6) }
      return (result, nil)
    } catch {
      throw .patch(error)
    }
  }

  private static func overwritten(
    _ old: [UInt8], by patch: [UInt8], _ header: PatchHeader, _ inPlace: Windows.InPlace,
    _ maximum: Int
  ) throws(PatchError) -> (result: [UInt8], wear: Wear?) {
    let flash = SimulatedFlash(slot: old, header: header, inPlace: inPlace)
    let size = try InPlaceRun.apply(
      patch, on: flash, oldSize: UInt32(old.count), isResumed: false, maximum: UInt32(min(maximum, imageBytes)))
    guard let size, flash.violation == nil, flash.slot.count >= Int(size),
      hint(Array(flash.slot[..<Int(size)])) == header.result
    else { throw PatchError(.wrongResult, at: 6) }
    let wear = Wear(
      spareBytes: Int(inPlace.windowBytes), checkpointBytes: header.checkpointBytes,
      spareErasures: flash.erasures[1].max() ?? 0, checkpointErasures: flash.erasures[2].max() ?? 0)
    return (Array(flash.slot[..<Int(size)]), wear)
  }

  private typealias HostApplier = Applier<KnownBytes, GrowingResult>

  /// The first four bytes of an image's SHA-256.
  private static func hint(_ image: [UInt8]) -> UInt32 { SHA256.digest(of: image.span).hint }
}
