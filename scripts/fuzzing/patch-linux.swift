// A patch between images whose compressed parts are unpacked, and images that are to be unpacked.
//
// Input: what it is (the base in the lowest four bits; bit 5: a container without its head; bit 6: an image), else a
// recipe's length, the recipe, and the patch between the opened images: a recipe's checksum would keep the fuzzer out.

import CAsvinZlib

/// Bytes of anything that is inflated or patched.
private let limit = 4096
private nonisolated(unsafe) let workspaces = Workspaces()
private let images = Bases.all.map { base in unsafe Array(UnsafeRawBufferPointer(base.bytes)) }

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let what = input.byte()
  if what & 64 != 0 {
    open(unsafe Array(input.rest))
    return 0
  }
  let recipe = what & 32 == 0 ? (0..<input.byte() & 63).map { _ in input.byte() } : nil
  var container = [StreamPatch.magic, 0x10] + [UInt8](repeating: 0, count: 8) + (recipe.map(packed) ?? [])
  unsafe container += input.rest
  apply(&container, to: images[Int(what & 15) % images.count])
  return 0
}

/// A recipe as it is in a container: stored, not deflated.
private func packed(_ recipe: [UInt8]) -> [UInt8] {
  let count = UInt8(recipe.count)
  let sum = unsafe UInt32(adler32(1, recipe, UInt32(recipe.count)))
  return [count, count + 11, 0x78, 0x01, 1, count, 0, ~count, 0xFF] + recipe
    + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }
}

/// What `ImagePatch.apply` does, within a limit; what passes goes through that too.
private func apply(_ container: inout [UInt8], to old: [UInt8]) {
  guard let streams = try? StreamPatch(container, limit: limit),  // a refusal is as good as a patch
    let base = UnpackedImage(old, at: streams.old, limit: limit),
    let header = try? PatchHeader(streams.patch.span), header.inPlace == nil  // as above
  else { return }
  var applier = unsafe Applier(
    header, base: KnownBytes(bytes: base.bytes), output: GrowingResult(), maximum: UInt32(limit),
    workspace: workspaces[header])
  do throws(PatchError) {
    try applier.push(streams.patch.span.extracting(droppingFirst: header.byteCount))
    try applier.finish()
  } catch {
    return
  }
  let opened = applier.intoOutput().bytes
  require(opened.count <= limit, "an opened result keeps the limit")
  guard let result = UnpackedImage.packed(opened, streams.new, limit: 64 * limit) else { return }
  let again = UnpackedImage(result, at: streams.new, limit: limit)
  require(again?.bytes == opened, "what was packed is opened again as it was")
  // The digests that the patch names are those of the stub.
  let place = container.count - streams.patch.count
  for index in place + 2..<place + 10 { container[index] = 0 }
  let whole = try? ImagePatch.apply(container, to: old, maximum: 64 * limit)  // as above
  require(whole == result, "without the limit, nothing else comes out")
}

/// Lays an image open, for its own sake and to be packed again.
private func open(_ image: [UInt8]) {
  let opened = UnpackedImage(result: image, limit: limit)
  for isKept in [false, true] {
    let base = UnpackedImage(base: image, limit: limit) { packed, _ in isKept && packed.count % 2 == 0 }
    require(UnpackedImage(image, at: base.streams, limit: limit)?.bytes == base.bytes, "the recipe opens the base too")
  }
  require(
    UnpackedImage.packed(opened.bytes, opened.streams, limit: image.count) == image,
    "what was opened is packed again as it was")
  require(UnpackedImage(image, at: opened.streams, limit: limit)?.bytes == opened.bytes, "the recipe opens it too")
}
