import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension DeviceV2 {
  static let updates: [Route] = [
    Route(
      .get, "/v2/devices/{device}", .device, "How the platform knows the device",
      gives: .json(DeviceReply.self, "The device")
    ) { call in
      let id = try call.device
      let reply = try await call.read { rows in
        guard let device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        return DeviceReply(device, behindSince: try rows.behindSince(device))
      }
      return try Reply.json(reply)
    },
    Route(
      .post, "/v2/devices/{device}/next", .device, "What the device is to install next",
      takes: UpdateQuery.self, gives: .json(UpdateReply.self, "A release, and what is to be fetched for it"),
      .nothing(204, "Nothing; ask again after Retry-After seconds and a random part of as many")
    ) { call in
      let body = try await call.body(UpdateQuery.self)
      let (id, now) = (try call.device, call.now)
      let images = body.images.compactMap { image in
        Digest(hexadecimal: image.digest).map { InstalledImage(slot: image.slot, size: image.size, digest: $0) }
      }
      let reply = try await call.polling { rows, recordsContact -> UpdateReply? in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        func payloads(_ release: Firmware.Release) throws -> [ChosenPayload]? {
          try release.payloads(installed: images, features: body.features ?? 0, memory: body.memory ?? 0)
        }
        while true {
          let offer = try rows.nextRelease(
            for: &device, firmwareVersion: body.version, at: now, recordsContact: recordsContact
          ) { release in
            try payloads(release)?.isEmpty ?? false
          }
          // What has no signature is not for this device.
          guard let offer, let release = offer.firmware.release else { return nil }
          if let chosen = try payloads(release) { return UpdateReply(offer, release, chosen) }
          // It would refuse it: that shows in the rollout, and not only on the device.
          let cannot = DeviceRecord.Event.fails(Reason.noUsablePayload.rawValue)
          guard try rows.take(cannot, from: &device, about: offer.rollout.id, at: now) else { return nil }
        }
      }
      guard let reply else { return Response(status: .noContent, headers: [.retryAfter: "\(pollInterval)"]) }
      return try Reply.json(reply)
    },
    Route(
      .post, "/v2/devices/{device}/rollouts/{rollout}/events", .device, "What happened to the device in a rollout",
      takes: DeviceEventRequest.self, gives: .json(DeviceEventReply.self, "How far the device is now"),
      .problem(409, "The rollout is paused or disabled, or no longer goes to the device"),
      .problem(410, "The rollout is over: the device discards what it fetched")
    ) { call in
      let body = try await call.body(DeviceEventRequest.self)
      let rollout: ID<Rollout> = try call.id("rollout", of: .rollout)
      let (id, now) = (try call.device, call.now)
      let record = try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        guard try rows.record(rollout, id) != nil else { throw PlatformError.notFound(.rollout) }
        if let event = DeviceRecord.Event(body) {
          try rows.take(event, from: &device, about: rollout, at: now)
        } else {
          try rows.skip(&device, in: rollout, at: now)
        }
        guard let record = try rows.record(rollout, id) else { throw PlatformError.notFound(.rollout) }
        return record
      }
      return try Reply.json(DeviceEventReply(state: RecordState(record.state), failures: record.failures))
    },
  ]
}

extension Call {
  /// Runs what a poll asks. Where nothing can be written, as on a full disk, a poll that changes nothing but the time of
  /// the contact is answered all the same.
  fileprivate func polling<Result: Sendable>(
    _ body: @escaping @Sendable (any WritablePlatformRows, _ recordsContact: Bool) throws -> Result
  ) async throws -> Result {
    do {
      return try await platform.store.attempt(in: workspace) { try body($0, true) }
    } catch let fault as ServiceFault {
      guard fault != .overloaded else { throw fault }
      return try await platform.store.attempt(in: workspace) { try body($0, false) }
    }
  }
}

extension DeviceRecord.Event {
  /// `nil` where the device has the firmware already.
  fileprivate init?(_ body: DeviceEventRequest) {
    switch body.event {
    case .downloading: self = .begins(UInt8(body.progress ?? 0))
    case .installed: self = .writes
    case .confirmed: self = .runs
    case .failed: self = .fails(UInt8(body.reason ?? 0))
    case .skipped: return nil
    }
  }
}

extension UpdateReply {
  fileprivate init(_ offer: Offer, _ release: Firmware.Release, _ chosen: [ChosenPayload]) {
    let path = "/v2/releases/\(release.digest.hexadecimal)/payloads"
    self.init(
      rollout: offer.rollout.id.value, release: release.digest.hexadecimal, name: offer.firmware.name,
      version: offer.firmware.version, sequence: release.sequence, envelope: Data(release.envelope),
      payloads: chosen.map { UpdatePayload($0, at: "\(path)/\($0.number)") })
  }
}

extension UpdatePayload {
  fileprivate init(_ chosen: ChosenPayload, at path: String) {
    let payload = chosen.payload
    let kind: PayloadForm = payload.kind == .image ? .image : payload.base == nil ? .compressed : .patch
    self.init(
      slot: chosen.slot, index: chosen.index, kind: kind, size: payload.size, digest: payload.digest.hexadecimal,
      path: path)
    guard let seal = payload.seal else { return }
    sealedPath = "\(path)/sealed"
    let chunk = UInt64(1) << seal.chunk
    sealedSize = payload.size + (payload.size - 1) / chunk * 32
  }
}
