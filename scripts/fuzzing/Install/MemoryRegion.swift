/// Flash in memory, which fails on an operation that breaks a rule of flash.
final class Block {
  var bytes: [UInt8]
  init(_ count: Int, holding byte: UInt8 = 0xFF) { bytes = Array(repeating: byte, count: count) }
}

struct MemoryRegion: FlashRegion {
  let block: Block
  var capacity: UInt64 { UInt64(block.bytes.count) }
  var blockBytes: UInt32 { 512 }
  var writeBytes: UInt32 { 8 }
  var hasFailed: Bool { false }

  func byte(_ offset: UInt64) -> UInt8 {
    require(offset < capacity, "what is read is within the region")
    return block.bytes[Int(offset)]
  }

  func read(_ offset: UInt64, into bytes: UnsafeMutableRawBufferPointer) -> Bool {
    for index in bytes.indices { unsafe bytes[index] = byte(offset + UInt64(index)) }
    return true
  }

  func erase(_ offset: UInt64) {
    require(offset < capacity && offset % 512 == 0, "what is erased is a block of the region")
    for index in 0..<512 { block.bytes[Int(offset) + index] = 0xFF }
  }

  func write(_ offset: UInt64, _ bytes: Span<UInt8>) {
    require(offset + UInt64(bytes.count) <= capacity, "what is written is within the region")
    require(offset % 8 == 0 && bytes.count % 8 == 0, "a write has complete units")
    for index in bytes.indices {
      require(block.bytes[Int(offset) + index] == 0xFF, "what is written was erased")
      block.bytes[Int(offset) + index] = bytes[index]
    }
  }
}

extension InstallPlan {
  /// A plan for an image of these bytes, sealed in chunks of 512 bytes or not. Otherwise only a verified manifest makes one.
  init(_ image: [UInt8], firstLink: Digest?) {
    (release, sequence, slot) = (Digest { UInt8($0) }, 9, 0)
    (imageSize, imageDigest) = (UInt64(image.count), SHA256.digest(of: image.span))
    (payload, isPatch, isInPlace, payloadSize) = (0, false, false, UInt64(image.count))
    (baseSize, baseDigest, index, count) = (0, Digest(), 0, 1)
    sealing = Sealing(chunkBits: firstLink == nil ? 0 : 9)
    self.firstLink = firstLink ?? Digest()
    verdict = VerdictWord.accepted(9)
  }
}

/// A payload as the platform sends it: blocks of a chunk and the digest of the next block.
struct Sealed {
  let stream: [UInt8]
  let firstLink: Digest

  init(_ payload: [UInt8]) {
    var (blocks, link) = ([[UInt8]](), [UInt8]())
    for start in stride(from: 0, to: payload.count, by: 512).reversed() {
      let block = Array(payload[start..<min(start + 512, payload.count)]) + link
      blocks.append(block)
      let digest = SHA256.digest(of: block.span)
      link = (0..<32).map { digest[$0] }
    }
    stream = Array(blocks.reversed().joined())
    firstLink = Digest { link[$0] }
  }
}
