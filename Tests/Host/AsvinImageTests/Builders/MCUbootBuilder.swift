/// Makes an MCUboot image as imgtool does.
struct MCUbootBuilder {
  var magic: UInt32 = 0x96F3_B83D
  var loadAddress: UInt32 = 0
  var headerSize: UInt16 = 32
  var flags: UInt32 = 0
  var build: UInt32 = 0
  var image = noise(50)
  var securityCounter: UInt32?
  var digestType: UInt16 = 0x10
  /// Entries of the unprotected area in front of the digest.
  var unprotected: [UInt8] = []

  static func entry(_ type: UInt16, _ value: [UInt8]) -> [UInt8] { half(type) + half(UInt16(value.count)) + value }

  static func area(_ magic: UInt16, _ entries: [UInt8]) -> [UInt8] {
    half(magic) + half(UInt16(entries.count + 4)) + entries
  }

  var hashed: [UInt8] {
    let protected = securityCounter.map { Self.area(0x6908, Self.entry(0x50, word($0))) } ?? []
    var bytes = word(magic) + word(loadAddress) + half(headerSize) + half(UInt16(protected.count))
    bytes += word(UInt32(image.count)) + word(flags) + [1, 2] + half(300) + word(build) + word(0)
    return bytes + zeros(Int(headerSize) - 32) + image + protected
  }

  var bytes: [UInt8] {
    let digest = digestType == 0x10 ? sha256(hashed) : noise(64)
    return hashed + Self.area(0x6907, unprotected + Self.entry(digestType, digest))
  }
}
