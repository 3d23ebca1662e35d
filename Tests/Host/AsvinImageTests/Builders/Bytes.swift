import AsvinCrypto
import AsvinManifest

@testable import AsvinImage

func half(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }

func word(_ value: UInt32) -> [UInt8] {
  half(UInt16(truncatingIfNeeded: value)) + half(UInt16(truncatingIfNeeded: value >> 16))
}

func long(_ value: UInt64) -> [UInt8] {
  word(UInt32(truncatingIfNeeded: value)) + word(UInt32(truncatingIfNeeded: value >> 32))
}

func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

/// Bytes that look like code: no two runs of them alike.
func noise(_ count: Int, seed: UInt8 = 1) -> [UInt8] {
  var state = UInt32(seed) &* 2_654_435_761
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}

func field(_ text: String, _ count: Int) -> [UInt8] { Array(text.utf8) + zeros(count - text.utf8.count) }

func sha256(_ bytes: [UInt8]) -> [UInt8] {
  let digest = SHA256.digest(of: bytes.span)
  return (0..<32).map { digest.span[$0] }
}

extension Array<UInt8> {
  /// The same bytes with others put over them from an offset on.
  func with(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
    var copy = self
    copy.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return copy
  }

  /// The same bytes with one of them changed.
  func flipped(at offset: Int) -> [UInt8] { with([self[offset] ^ 0x5A], at: offset) }
}

func describe(_ bytes: [UInt8]) throws(ImageError) -> ImageDescription {
  try ImageDescription(describing: bytes)
}

func format(_ bytes: [UInt8]) throws(ImageError) -> ImageFormat { try ImageFormat(recognising: bytes) }

func flatten(_ bytes: [UInt8]) throws(ImageError) -> FlatImage { try FlatImage(flattening: bytes) }
