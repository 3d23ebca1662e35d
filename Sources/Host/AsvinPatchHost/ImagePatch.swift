import AsvinCrypto
import AsvinManifest
import AsvinPatch

/// The wear that an in-place update causes in the flash.
package struct Wear: Equatable, Sendable {
  /// Bytes of the spare blocks, and of the checkpoint area.
  package let spareBytes: Int, checkpointBytes: Int
  /// The highest number of erasures of a block in either area. A block of the slot is erased once.
  package let spareErasures: Int, checkpointErasures: Int
}

/// A patch that is applied in memory.
package enum ImagePatch {
  /// The size limit of an image in bytes.
  package static let imageBytes = Int(Int32.max)

  /// The highest expansion ratio accepted for compressed content, to defuse decompression bombs.
  private static let expansion = 64

  /// The size limit of an image whose compressed parts are unpacked.
  package static func openedBytes(_ count: Int) -> Int { min(imageBytes, max(count, 4096) * expansion) }

  /// Applies a new patch as proof. A patch that cannot be applied is a defect of the builder, whatever the reason.
  @discardableResult
  package static func prove(_ patch: [UInt8], from old: [UInt8], gives new: [UInt8]) throws(DeltaError) -> Wear? {
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
  /// - Parameter maximum: the size limit of the result in bytes: the size in the manifest, if there is one.
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
      // Push small pieces, as a device receives them.
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

  /// The first four bytes of the SHA-256 of an image.
  package static func hint(_ image: [UInt8]) -> UInt32 { SHA256.digest(of: image.span).hint }
}
