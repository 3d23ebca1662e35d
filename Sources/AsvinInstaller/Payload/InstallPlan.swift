import AsvinManifest
public import AsvinVerifier
public import AsvinWire

/// What is to be done for one component of a release. Only a verified manifest makes one: nothing else is installed.
public struct InstallPlan: Sendable {
  /// A sealed stream's shape.
  struct Sealing: Equatable, Sendable {
    /// log2 of the chunk's size: 9...16.
    var chunkBits: UInt32
    var firstLink: Digest

    /// Bytes of a chunk.
    var chunkBytes: UInt64 { UInt64(1 as UInt32 &<< chunkBits) }

    /// How many whole chunks so many bytes are. Bit by bit: a shift of 64 bits is a call on small devices.
    func chunks(_ bytes: UInt64) -> UInt64 {
      var count = bytes
      for _ in 0..<chunkBits { count >>= 1 }
      return count
    }
  }

  /// SHA-256 of the manifest: which release it is.
  public let release: Digest
  /// The release's sequence number.
  public let sequence: UInt64
  /// The slot that the image is for.
  public let slot: UInt64
  /// Bytes of the image once installed, and its SHA-256.
  public let imageSize: UInt64
  let imageDigest: Digest
  /// The payload's place in the component.
  public let payload: Int
  /// Whether the payload is a patch.
  public let isPatch: Bool
  /// Bytes of the payload, and its SHA-256.
  public let payloadSize: UInt64
  let payloadDigest: Digest
  let sealing: Sealing?

  /// The plan for a component, by the payload that ``AsvinVerifier/Device/choice(for:)`` chose.
  ///
  /// - Returns: `nil` where the manifest has no such component, or the component no such payload.
  public init?(_ release: borrowing VerifiedManifest, slot: UInt64, payload: Int) {
    let manifest = release.manifest
    var components = manifest.components
    // The verifier has read both whole: neither cursor can fail; if one did, there would be no plan.
    while let component = try? components.next() {  // see above
      guard component.slot == slot else { continue }
      var payloads = component.payloads
      var index = 0
      while let view = try? payloads.next() {  // see above
        if index == payload, let kind = view.kind, let digest = Digest(component.digest),
          let payloadDigest = Digest(view.digest)
        {
          self.release = release.digest
          (sequence, self.slot, imageSize) = (manifest.sequence, slot, component.size)
          imageDigest = digest
          (self.payload, isPatch, payloadSize) = (payload, kind == .patch, view.size)
          self.payloadDigest = payloadDigest
          sealing = Digest(view.firstLink).map {
            Sealing(chunkBits: UInt32(truncatingIfNeeded: view.chunk), firstLink: $0)
          }
          return
        }
        index &+= 1
      }
    }
    return nil
  }

  /// Bytes of the sealed stream, or of the payload where it is not sealed.
  public var streamSize: UInt64 {
    guard let sealing else { return payloadSize }
    return payloadSize &+ sealing.chunks(payloadSize &- 1) &* 32
  }

  /// Bytes of memory that a sealed stream is held in, a block at a time; 0 where it is not sealed.
  public var blockBytes: Int { sealing.map { Int(truncatingIfNeeded: $0.chunkBytes) &+ 32 } ?? 0 }
}
