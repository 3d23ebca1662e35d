import AsvinCrypto

extension Firmware.Content {
  /// What IPFS and asvin call an image.
  public init(of image: [UInt8]) {
    var md5 = MD5()
    var contentID = ContentID()
    md5.update(image.span)
    contentID.update(image.span)
    self.init(
      size: UInt64(image.count), digest: SHA256.digest(of: image.span), md5: md5.finish(), contentID: contentID.finish())
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
      try take(.begins, from: &device, about: rollout.id, at: now)
    }
  }
}
