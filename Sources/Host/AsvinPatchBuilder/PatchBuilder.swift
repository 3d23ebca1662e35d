package import AsvinPatch
package import AsvinPatchHost

/// A patch and the requirements for applying it.
package struct BuiltPatch: Sendable {
  /// Header and body.
  package let bytes: [UInt8]
  /// The profile of the memory in which it is applied.
  package let profile: Profile
  /// The instruction set that it was made for.
  package let set: InstructionSet
  /// Bytes of RAM that applying needs, besides the applier itself and its stack.
  package let memory: Int
  /// The wear of writing over the base; `nil` if the result goes to another slot.
  package fileprivate(set) var wear: Wear?
}

/// Makes patches. It finds covers, tries instruction sets and load addresses, keeps the smallest patch, and applies it
/// as proof.
package enum PatchBuilder {
  /// Returns the smallest patch from one image to another that the search finds.
  ///
  /// - Parameters:
  ///   - profile: the profile of the memory in which it is applied; `nil` chooses it by the image.
  ///   - set: the instruction set, if it is known.
  ///   - inPlace: how the result is written over the base; `nil` if it goes to another slot.
  ///   - effort: the effort to find a smaller patch.
  ///   - progress: receives the number of trials that are done, and an estimate of the total.
  /// - Throws: ``DeltaError``.
  package static func patch(
    from old: [UInt8], to new: [UInt8], profile: Profile?, set: InstructionSet? = nil, inPlace: Windows.InPlace? = nil,
    effort: Effort = .normal, progress: @escaping @Sendable (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(DeltaError) -> BuiltPatch {
    guard old.count <= ImagePatch.imageBytes, new.count <= ImagePatch.imageBytes else { throw .imageTooLong }
    guard inPlace == nil else { return try plainPatch(old, new, profile ?? .standard, set, inPlace, effort, progress) }
    let (profile, opened) = recognised(new, as: profile)
    if let opened, !opened.streams.isEmpty { return try streamPatch(old, new, opened, set, effort, progress) }
    return try plainPatch(old, new, profile, set, nil, effort, progress)
  }

  /// Returns the profile for an image. It is Linux if the image is larger than a microcontroller's flash, or consists
  /// mostly of compressed streams that can be reproduced; otherwise it is standard. For Linux, the unpacked image is
  /// returned too.
  private static func recognised(_ image: [UInt8], as profile: Profile?) -> (Profile, opened: UnpackedImage?) {
    guard profile == .linux || profile == nil && image.count > 64 << 10 else { return (profile ?? .standard, nil) }
    let opened = UnpackedImage(result: image, limit: ImagePatch.openedBytes(image.count))
    let isLinux = profile == .linux || image.count > 16 << 20 || opened.bytes.count > image.count + image.count / 4
    return isLinux ? (.linux, opened) : (.standard, nil)
  }

  private static func streamPatch(
    _ old: [UInt8], _ new: [UInt8], _ opened: UnpackedImage, _ set: InstructionSet?, _ effort: Effort,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(DeltaError) -> BuiltPatch {
    let base = Self.opened(base: old, for: opened)
    // Proving the patch of the unpacked images too would apply it twice.
    let inner = unproved(base.bytes, opened.bytes, .linux, set, nil, effort, progress)
    let bytes = StreamPatch(old: base.streams, new: opened.streams, patch: inner.bytes)
      .bytes(base: ImagePatch.hint(old), result: ImagePatch.hint(new))
    try ImagePatch.prove(bytes, from: old, gives: new)
    // Both images are in memory, packed and unpacked.
    let memory = inner.memory + old.count + base.bytes.count + opened.bytes.count + new.count
    return BuiltPatch(bytes: bytes, profile: .linux, set: inner.set, memory: memory, wear: nil)
  }

  /// Unpacks the streams of a base whose content the result has unpacked. The result has others packed, because zlib cannot
  /// reproduce them, or because it has a part of them only. A patch can copy the packed bytes of those, and cannot make them
  /// from their content.
  private static func opened(base: [UInt8], for result: UnpackedImage) -> UnpackedImage {
    let packed = WindowSet(of: result.bytes, in: result.rangesBetweenStreams)
    let unpacked = WindowSet(of: result.bytes, in: result.rangesOfStreams)
    return UnpackedImage(base: base, limit: ImagePatch.openedBytes(base.count)) { stream, content in
      packed.share(of: stream) >= unpacked.share(of: content[...])
    }
  }

  private static func plainPatch(
    _ old: [UInt8], _ new: [UInt8], _ profile: Profile, _ set: InstructionSet?, _ inPlace: Windows.InPlace?,
    _ effort: Effort, _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(DeltaError) -> BuiltPatch {
    var patch = unproved(old, new, profile, set, inPlace, effort, progress)
    patch.wear = try ImagePatch.prove(patch.bytes, from: old, gives: new)
    return patch
  }

  /// A patch that was not applied yet.
  private static func unproved(
    _ old: [UInt8], _ new: [UInt8], _ profile: Profile, _ set: InstructionSet?, _ inPlace: Windows.InPlace?,
    _ effort: Effort, _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> BuiltPatch {
    let trial = Trial(old: old, new: new, profile: profile, effort: effort, progress: progress)
    var plan = trial.best(among: set.map { [$0] } ?? InstructionSet.allCases)
    if let inPlace { plan = trial.inPlace(plan, inPlace) }
    let body = PatchWriter(old: old, new: new).bytes(plan)
    let header = PatchHeader(
      profile: profile, emphasis: plan.emphasis, base: ImagePatch.hint(old), result: ImagePatch.hint(new),
      inPlace: inPlace)
    let bytes = (0..<header.byteCount).map { header.bytes[$0] } + body
    return BuiltPatch(
      bytes: bytes, profile: profile, set: plan.settings.set, memory: header.workspaceBytes, wear: nil)
  }
}
