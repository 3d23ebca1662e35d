package import AsvinHost
import AsvinCrypto
package import AsvinManifest

/// A payload in the form that a device can check while it arrives: `bᵢ = chunkᵢ ‖ SHA-256(bᵢ₊₁)`, the last block without a
/// digest. The manifest holds SHA-256(b₀). It has random access, and holds one digest for each chunk in memory. Bundles hold
/// payloads plain, because the stream is a function of the payload.
package struct SealedStream: Sendable {
  /// Its fields in the manifest.
  package let seal: Payload.Seal
  /// Bytes of the stream.
  package let size: UInt64
  /// The digests of all blocks except the first, in reverse order.
  private let links: [Digest]
  private let payloadSize: UInt64

  /// Seals a payload of one byte or more.
  ///
  /// - Parameter chunk: log2 of the chunk's size, 9 to 16; 12 is 4 KiB.
  /// - Throws: ``FileError`` if the payload cannot be read.
  package init(_ payload: any ByteSource, chunk: UInt64 = 12) throws(FileError) {
    let length = UInt64(1) << chunk
    let blocks = (payload.size + length - 1) / length
    var links: [Digest] = []
    var next: Digest?
    for index in (0..<blocks).reversed() {
      if let next { links.append(next) }
      var hash = SHA256()
      let piece = try payload.read(at: index * length, count: Int(length))
      guard UInt64(piece.count) == min(length, payload.size - index * length) else {
        throw FileError.endsEarly("a payload")
      }
      hash.update(piece)
      if let next { hash.update(next.span) }
      next = hash.finish()
    }
    seal = Payload.Seal(chunk: chunk, firstLink: next ?? Digest())
    size = seal.streamBytes(of: payload.size)
    self.links = links
    payloadSize = payload.size
  }

  /// The stream over the payload that it was made of.
  package func source(of payload: any ByteSource & Sendable) -> any ByteSource & Sendable {
    Source(stream: self, payload: payload)
  }

  private struct Source: ByteSource, Sendable {
    let stream: SealedStream
    let payload: any ByteSource & Sendable

    var size: UInt64 { stream.size }

    func read(at offset: UInt64, count: Int) throws(FileError) -> [UInt8] {
      guard offset < stream.size else { return [] }
      let end = offset + min(UInt64(count), stream.size - offset)
      let length = UInt64(1) << stream.seal.chunk
      var bytes: [UInt8] = []
      let blockBytes = length + UInt64(SealedBlock.linkBytes)
      var block = offset / blockBytes
      while offset + UInt64(bytes.count) < end {
        let start = block * blockBytes
        var content = try payload.read(at: block * length, count: Int(length))
        if block < UInt64(stream.links.count) {
          content += stream.links[stream.links.count - 1 - Int(block)].array
        }
        let from = Int(offset + UInt64(bytes.count) - start)
        let until = min(content.count, Int(end - start))
        guard from < until else { throw FileError.endsEarly("a payload") }
        bytes += content[from..<until]
        block += 1
      }
      return bytes
    }
  }
}

extension Payload.Seal {
  /// Bytes of the sealed stream of a payload of one byte or more.
  package func streamBytes(of payload: UInt64) -> UInt64 {
    payload + (payload - 1) >> chunk * UInt64(SealedBlock.linkBytes)
  }
}
