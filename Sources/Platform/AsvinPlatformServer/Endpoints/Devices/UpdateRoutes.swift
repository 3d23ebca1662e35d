import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinVerifier
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension DeviceAPI {
  static let updates: [Route] = [
    Route(
      .get, "/v2/devices/{device}", .device, "Show the device",
      answers: .json(DeviceReply.self, "The device")
    ) { call in
      let id = try call.device
      let reply = try await call.read { rows in
        guard let device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        return try DeviceReply(device, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .post, "/v2/devices/{device}/next", .device, "Ask what the device should install next",
      body: UpdateQuery.self, answers: .json(UpdateReply.self, "A release, and the payloads to fetch"),
      .nothing(204, "Nothing to install; ask again after Retry-After seconds plus a random part of that time")
    ) { call in
      let body = try await call.body(UpdateQuery.self)
      let (id, now) = (try call.device, call.now)
      let images = body.images.compactMap { image in
        Digest(hexadecimal: image.digest).map { InstalledImage(slot: image.slot, size: image.size, digest: $0) }
      }
      let update = try await call.platform.store.poll(in: call.workspace) { rows in
        try rows.nextRelease(
          for: id, firmwareVersion: body.version, sequence: body.sequence, installed: images,
          features: body.features ?? 0, memory: body.memory ?? 0, utcOffset: body.utcOffset, at: now)
      }
      guard let update else {
        return Response(status: .noContent, headers: call.platform.pace.nextPoll(in: try call.workspace))
      }
      return try call.reply(UpdateReply(update))
    },
    Route(
      .put, "/v2/devices/{device}/attributes", .device, "Report facts about the device, such as its board",
      body: AttributeReport.self, answers: .nothing(204, "The facts are stored")
    ) { call in
      let body = try await call.body(AttributeReport.self)
      let id = try call.device
      let attributes = body.attributes.map { DeviceFilter.Attribute($0.name, $0.value) }
      guard Set(attributes.map(\.name)).count == attributes.count else {
        throw Refusal.malformed("attributes has a name twice")
      }
      try await call.platform.store.attempt(in: call.workspace) { rows in
        // A report without news does not wait for the disk.
        guard try Set(rows.attributes(of: id)) != Set(attributes) else { return }
        try rows.setAttributes(attributes, of: id)
      }
      return Response(status: .noContent)
    },
    Route(
      .post, "/v2/devices/{device}/rollouts/{rollout}/events", .device, "Report an event of the device in a rollout",
      body: DeviceEventRequest.self, answers: .json(DeviceEventReply.self, "The state of the device after the report"),
      .problem(409, "The rollout is paused or disabled, or no longer includes the device"),
      .problem(410, "The rollout has ended: the device discards what it fetched")
    ) { call in
      let body = try await call.body(DeviceEventRequest.self)
      let rollout: ID<Rollout> = try call.id("rollout", of: .rollout)
      let (id, now) = (try call.device, call.now)
      let record = try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        guard try rows.record(rollout, id) != nil else { throw PlatformError.notFound(.rollout) }
        if let event = DeviceRecord.Event(body) {
          let isNews = try rows.apply(event, from: &device, about: rollout, delay: body.seconds ?? 3600, at: now)
          if isNews, case .fails = event, body.message != nil || body.log != nil {
            try rows.put(DeviceFailure(message: body.message ?? "", log: body.log ?? ""), rollout, id)
          }
        } else {
          try rows.markSkipped(&device, in: rollout, at: now)
        }
        guard let record = try rows.record(rollout, id) else { throw PlatformError.notFound(.rollout) }
        return record
      }
      return try call.reply(DeviceEventReply(state: record.state, failures: record.failures))
    },
  ]
}

extension DeviceRecord.Event {
  /// Creates the event of a report; `nil` if the device already has the firmware.
  fileprivate init?(_ body: DeviceEventRequest) {
    switch body.event {
    case .downloading: self = .begins(UInt8(body.progress ?? 0))
    case .installed: self = .writes
    case .confirmed: self = .runs
    case .failed: self = .fails(UInt8(body.reason ?? 0))
    case .postponed: self = .postpones
    case .skipped: return nil
    }
  }
}

extension UpdateReply {
  fileprivate init(_ update: ReleaseOffer) {
    let (offer, release) = (update.offer, update.release)
    let path = "/v2/releases/\(release.digest.hexadecimal)/payloads"
    self.init(
      rollout: offer.rollout.id.value, release: release.digest.hexadecimal, name: offer.firmware.name,
      version: offer.firmware.version, sequence: release.sequence, envelope: Data(release.envelope),
      payloads: update.payloads.map { UpdatePayload($0, at: "\(path)/\($0.number)") })
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
    sealedSize = seal.streamBytes(of: payload.size)
  }
}
