import AsvinVerifier
package import AsvinManifest

/// What a board without our verifier says of itself with a download.
package struct Board: Sendable {
  /// MD5 of the image that it runs.
  package var runs: FixedBytes<16>?
  /// Bytes that it has room for.
  package var room: UInt64?
  /// Its kind: `esp8266`, or `esp32` for every chip of that family.
  package var family: String?

  /// Creates a board.
  package init(runs: FixedBytes<16>? = nil, room: UInt64? = nil, family: String? = nil) {
    (self.runs, self.room, self.family) = (runs, room, family)
  }

  /// Whether an image can run on it, as far as both are known. The two families have the same first byte: the client does
  /// not notice.
  func suits(_ image: Firmware.Content) -> Bool {
    guard let family, let chip = image.chip else { return true }
    return family == "esp8266" ? chip == "esp8266" : chip != "esp8266" && chip.hasPrefix("esp32")
  }
}

/// The answer to a download by name of its content. What it says about the device is recorded, also where the device gets
/// nothing.
package enum DownloadAnswer: Sendable {
  /// It gets the image.
  case serve(Firmware)
  /// It runs the image.
  case runsIt
  /// It has room for fewer bytes: this number.
  case noRoom(Firmware, UInt64)
  /// The image is for another chip.
  case otherChip(Firmware)
  /// It gets nothing.
  case refused(PlatformError)
}

extension PlatformRows {
  /// The answer to a download by a client that does not say which device it is: firmware is served while a rollout that
  /// brings it is live, and before it is in any.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func openDownload(_ contentID: String) throws -> DownloadAnswer {
    let known = try rollouts(bringing: contentID)
    for rollout in known where rollout.phase == .running && !rollout.isDisabled {
      if let firmware = try firmware(rollout.plan.firmware) { return .serve(firmware) }
    }
    guard let newest = known.first(where: { !$0.isEnded }) ?? known.first else {
      guard let firmware = try firmware(contentID: contentID) else { throw PlatformError.notFound(.firmware) }
      return .serve(firmware)
    }
    if newest.isEnded { return .refused(.over(newest.phase)) }
    if newest.isDisabled { return .refused(.held(.disabled)) }
    switch newest.phase {
    case .planned: return .refused(.held(.planned))
    case .paused(.failures): return .refused(.held(.stopped))
    default: return .refused(.held(.paused))
    }
  }
}

extension WritablePlatformRows {
  /// The answer to a download by a device. It belongs to the rollout that the device is offered, not to the first firmware
  /// with that image: one image may be in several.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func download(
    _ contentID: String, to device: inout Device, on board: Board, at now: Instant
  ) throws -> DownloadAnswer {
    guard try firmware(contentID: contentID) != nil else { throw PlatformError.notFound(.firmware) }
    let (rollout, refusal) = try rolloutOfDownload(contentID, by: device, at: now)
    guard let rollout, let firmware = try firmware(rollout.plan.firmware) else {
      return .refused(refusal ?? .held(.notOffered))
    }
    let runsIt = board.runs == firmware.image.md5
    if runsIt {
      if try record(rollout.id, device.id)?.state == .offered {
        try skip(&device, in: rollout.id, at: now)
      } else {
        try take(.runs, from: &device, about: rollout.id, at: now)
      }
    }
    if let refusal { return .refused(refusal) }
    if runsIt { return .runsIt }
    guard board.suits(firmware.image) else {
      try take(.fails(Reason.wrongClass.rawValue), from: &device, about: rollout.id, at: now)
      return .otherChip(firmware)
    }
    if let room = board.room, room < firmware.image.size {
      try take(.fails(Reason.imageTooLarge.rawValue), from: &device, about: rollout.id, at: now)
      return .noRoom(firmware, room)
    }
    try take(.begins(0), from: &device, about: rollout.id, at: now)
    return .serve(firmware)
  }

  /// The rollout that a download belongs to, and why it may not be served.
  private func rolloutOfDownload(
    _ contentID: String, by device: Device, at now: Instant
  ) throws -> (Rollout?, PlatformError?) {
    if let next = try nextOffer(for: device, at: now), next.offer.firmware.image.contentID == contentID {
      return (next.isNew ? try offer(to: device, at: now)?.rollout : next.offer.rollout, nil)
    }
    var (known, refusal): (Rollout?, PlatformError?) = (nil, nil)
    for rollout in try rollouts(bringing: contentID) {
      guard try record(rollout.id, device.id) != nil, let firmware = try firmware(rollout.plan.firmware) else {
        continue
      }
      do throws(PlatformError) {
        try rollout.permit(device, firmware)
        return (rollout, nil)
      } catch {
        // The newest one says why.
        if known == nil { (known, refusal) = (rollout, error) }
      }
    }
    if known == nil, device.placement == .blacklisted { refusal = .held(.blacklisted) }
    return (known, refusal ?? .held(.notOffered))
  }
}
