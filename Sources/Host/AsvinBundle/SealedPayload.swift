import AsvinCrypto
package import AsvinManifest

/// A payload in the form that a device can check while it arrives: `bᵢ = chunkᵢ ‖ SHA-256(bᵢ₊₁)`, the last block without a digest. The
/// manifest holds SHA-256(b₀). A pure function of the payload: bundles hold payloads plain.
package struct SealedPayload: Sendable {
  /// Its fields in the manifest.
  package let seal: Payload.Seal
  /// The digest after each chunk but the last.
  private let links: [Digest]
  private let payload: [UInt8]

  /// Seals a payload of at least one byte.
  ///
  /// - Parameter chunk: log2 of the chunk's size, 9 to 16; 12 is 4 KiB.
  package init(_ payload: [UInt8], chunk: UInt64 = 12) {
    self.payload = payload
    let length = 1 << Int(chunk)
    var links: [Digest] = []
    var next: Digest?
    for start in stride(from: 0, to: payload.count, by: length).reversed() {
      var hash = SHA256()
      hash.update(Array(payload[start..<min(start + length, payload.count)]))
      if let next {
        links.append(next)
        hash.update(next.span)
      }
      next = hash.finish()
    }
    seal = Payload.Seal(chunk: chunk, firstLink: next ?? SHA256.digest(of: payload.span))
    self.links = links.reversed()
  }

  package var stream: [UInt8] {
    let length = 1 << Int(seal.chunk)
    var bytes: [UInt8] = []
    for (index, start) in stride(from: 0, to: payload.count, by: length).enumerated() {
      bytes += payload[start..<min(start + length, payload.count)]
      if index < links.count { bytes += links[index].array }
    }
    return bytes
  }
}
