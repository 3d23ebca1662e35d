package import AsvinManifest
import AsvinPlatformAPI
import AsvinVerifier

/// The report of a legacy board about itself with a download.
package struct Board: Sendable {
  /// MD5 of the image that the board runs.
  package var runs: FixedBytes<16>?
  /// The free space for an image in bytes.
  package var room: UInt64?
  /// The family of its chip: `esp8266` or `esp32`.
  package var family: String?

  package init(runs: FixedBytes<16>? = nil, room: UInt64? = nil, family: String? = nil) {
    (self.runs, self.room, self.family) = (runs, room, family)
  }

  /// Whether an image can run on the board, as far as both are known. The client does not check this, because images of the
  /// two families begin with the same byte.
  func suits(_ image: Firmware.Content) -> Bool {
    guard let family, let chip = image.chip else { return true }
    return family == "esp8266" ? chip == "esp8266" : chip != "esp8266" && chip.hasPrefix("esp32")
  }
}

/// The answer to a download by content id. Its facts about the device are recorded even if the device gets nothing.
package enum DownloadAnswer: Sendable {
  /// The device gets the image.
  case serve(Firmware)
  /// The device runs the image already.
  case runsIt
  /// The device has space for fewer bytes: this number.
  case noRoom(Firmware, UInt64)
  /// The image is for another chip.
  case otherChip(Firmware)
  /// The device gets nothing.
  case refused(PlatformError)
}

extension ReadTransaction {
  /// Answers a download by a client that does not name its device. Firmware is served while one of its rollouts is running,
  /// and as long as it has no rollout.
  ///
  /// - Throws: ``PlatformError/notFound(_:)``.
  package func openDownload(_ contentID: String) throws -> DownloadAnswer {
    let known = try rollouts(bringing: contentID)
    for rollout in known where rollout.phase == .running && !rollout.isDisabled {
      if let firmware = try firmware(rollout.plan.firmware) { return .serve(firmware) }
    }
    guard let newest = known.first(where: { !$0.isEnded }) ?? known.first else {
      guard let firmware = try firmware(contentID: contentID) else { throw PlatformError.notFound(.firmware) }
      return firmware.withdrawn == nil ? .serve(firmware) : .refused(.withdrawn)
    }
    if newest.isEnded { return .refused(.over(newest.phase)) }
    if newest.isDisabled { return .refused(.held(.disabled)) }
    switch newest.phase {
    case .planned: return .refused(.held(.planned))
    case .stopped: return .refused(.held(.stopped))
    default: return .refused(.held(.paused))
    }
  }
}

extension WriteTransaction {
  /// Answers a download by a device. The download belongs to the rollout that the device is offered. Several firmware
  /// entries may have the same image, so that the content id alone does not identify the rollout.
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
        try markSkipped(&device, in: rollout.id, at: now)
      } else {
        try apply(.runs, from: &device, about: rollout.id, at: now)
      }
    }
    if let refusal { return .refused(refusal) }
    if runsIt { return .runsIt }
    guard board.suits(firmware.image) else {
      try apply(.fails(Reason.wrongClass.rawValue), from: &device, about: rollout.id, at: now)
      return .otherChip(firmware)
    }
    if let room = board.room, room < firmware.image.size {
      try apply(.fails(Reason.imageTooLarge.rawValue), from: &device, about: rollout.id, at: now)
      return .noRoom(firmware, room)
    }
    try apply(.begins(0), from: &device, about: rollout.id, at: now)
    return .serve(firmware)
  }

  /// Returns the rollout of a download, and why the image may not be served.
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
        // The rollout that was started last gives the reason.
        if known == nil { (known, refusal) = (rollout, error) }
      }
    }
    if known == nil, device.placement == .blacklisted { refusal = .held(.blacklisted) }
    return (known, refusal ?? .held(.notOffered))
  }
}

extension ReadTransaction {
  /// Returns the firmware of a release, if a rollout has offered it to a verifying device and is live for it now; `nil` if
  /// no rollout ever offered it.
  ///
  /// - Throws: ``PlatformError/over(_:)``, ``PlatformError/held(_:)``.
  package func permitted(_ release: Digest, to id: ID<Device>) throws -> Firmware? {
    guard let device = try device(id) else { return nil }
    var refusal: PlatformError?
    for rollout in try rollouts(bringing: release, to: id) {
      guard let firmware = try firmware(rollout.plan.firmware) else { continue }
      do throws(PlatformError) {
        try rollout.permit(device, firmware)
        return firmware
      } catch {
        // The rollout that was started last gives the reason.
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
    return nil
  }
}
