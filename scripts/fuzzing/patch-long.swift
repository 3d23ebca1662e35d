// A patch in parts, each from a part of the base.
//
// Input: the base, and then the bytes after the head: the result's length, and of each part its numbers and its patch,
// whose own digests are zeros.

import AsvinHost

/// Bytes of the result.
private let limit = 1 << 14
private let images = Bases.all.map { base in unsafe Array(UnsafeRawBufferPointer(base.bytes)) }

/// Called by the fuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = unsafe Input(start, count)
  let base = images[Int(input.byte()) % images.count]
  let patch = unsafe [LongPatch.magic, LongPatch.version] + [UInt8](repeating: 0, count: 8) + Array(input.rest)
  var given = 0
  let size = try? LongPatch.apply(image(patch), to: image(base), maximum: limit) { piece in  // a refusal is as good
    given += piece.count
    require(given <= limit, "a result keeps its limit")
  }
  if let size { require(size == given, "a result has the size that the patch states") }
  return 0
}

private func image(_ bytes: [UInt8]) -> LongImage { LongImage(StrictSource(bytes: bytes)) }

/// Bytes that are never read outside their bounds.
private struct StrictSource: ByteSource {
  let bytes: [UInt8]

  var size: UInt64 { UInt64(bytes.count) }

  func read(at offset: UInt64, count: Int) -> [UInt8] {
    require(
      offset <= size && count >= 0 && UInt64(count) <= size - offset, "an image is read within its bytes")
    return Array(bytes[Int(offset)..<Int(offset) + count])
  }
}
