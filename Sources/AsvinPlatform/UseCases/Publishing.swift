public import AsvinBundle
import AsvinCrypto

extension Firmware.Content {
  /// What IPFS and asvin call an image.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public init(of image: any ByteSource) throws {
    var md5 = MD5()
    var contentID = ContentID()
    var hash = SHA256()
    try image.forEachPiece { piece in
      md5.update(piece.span)
      contentID.update(piece.span)
      hash.update(piece)
    }
    self.init(size: image.count, digest: hash.finish(), md5: md5.finish(), contentID: contentID.finish())
  }
}

extension WritablePlatformRows {
  /// Takes note that a device runs an image, by its MD5: asvin's clients send that of their sketch with a download.
  public func recognise(_ device: inout Device, runs firmware: Firmware, at now: Instant) throws {
    for rollout in try rolloutsWithRecord(of: device.id) where rollout.plan.firmware == firmware.id {
      if try record(rollout.id, device.id)?.state == .offered {
        try skip(&device, in: rollout.id, at: now)
      } else {
        try take(.runs, from: &device, about: rollout.id, at: now)
      }
    }
  }

  /// Takes note that a device fetches an image.
  public func begin(_ device: inout Device, _ firmware: Firmware, at now: Instant) throws {
    for rollout in try rolloutsWithRecord(of: device.id) where rollout.plan.firmware == firmware.id {
      try take(.begins(0), from: &device, about: rollout.id, at: now)
    }
  }
}
