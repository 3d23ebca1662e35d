import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird
import Logging

extension DeviceV2 {
  private static let answers: [Route.Answer] = [
    .bytes(200, "application/octet-stream", "All of it"),
    .bytes(206, "application/octet-stream", "The bytes asked for"),
    .nothing(304, "What the device has is this"), .problem(416, "There are no such bytes"),
    .problem(409, "The rollout is paused or disabled, or no longer goes to the device"),
    .problem(410, "The rollout is over"), .problem(503, "The object was changed on disk, and is not given out"),
  ]

  static let payloads: [Route] = [
    Route(
      .get, "/v2/releases/{release}/payloads/{payload}", .device, "A payload of a release that the device was offered",
      gives: answers
    ) { call in
      let found = try await call.payload()
      return try Download(found.source, tag: found.payload.digest, call.request).response()
    },
    Route(
      .get, "/v2/releases/{release}/payloads/{payload}/sealed", .device,
      "The same as a sealed stream: every block is checked before a byte of it is used", gives: answers
    ) { call in
      let found = try await call.payload()
      guard let seal = found.payload.seal else { throw Refusal.notFound("the payload is not sealed") }
      let stream = try await call.platform.seals.stream(of: found.source, found.payload.digest, seal)
      return try Download(stream.source(of: found.source), tag: seal.firstLink, call.request).response()
    },
  ]
}

extension Call {
  /// The payload that the path names, while a rollout of its release is live for the device.
  fileprivate func payload() async throws -> (source: any ByteSource & Sendable, payload: Payload) {
    let device = try device
    guard let release = context.parameters.get("release").flatMap({ Digest(hexadecimal: $0) }),
      let text = context.parameters.get("payload"), let number = Int(text), "\(number)" == text,
      let firmware = try await read({ rows in try rows.permitted(release, to: device) })
    else { throw Refusal.notFound("there is no such payload for the device") }
    let found: (source: any ByteSource & Sendable, payload: Payload)?
    do {
      found = try await firmware.payload(number, in: platform.objects)
    } catch is ObjectDamaged {
      context.logger.error("an object was changed on disk", metadata: ["release": "\(release.hexadecimal)"])
      throw Refusal(status: .serviceUnavailable, message: "the object was changed on disk, and is not given out")
    }
    guard let found else { throw Refusal.notFound("there is no such payload for the device") }
    return found
  }
}

extension PlatformRows {
  /// The firmware of a release, where a rollout has offered it to a device and is live for it now; `nil` where none ever
  /// offered it.
  ///
  /// - Throws: ``PlatformError/over(_:)``, ``PlatformError/held(_:)``.
  fileprivate func permitted(_ release: Digest, to id: ID<Device>) throws -> Firmware? {
    guard let device = try device(id) else { return nil }
    var refusal: PlatformError?
    for rollout in try rollouts(bringing: release, to: id) {
      guard let firmware = try firmware(rollout.plan.firmware) else { continue }
      do throws(PlatformError) {
        try rollout.permit(device, firmware)
        return firmware
      } catch {
        // The one that was started last says why.
        refusal = refusal ?? error
      }
    }
    if let refusal { throw refusal }
    return nil
  }
}

/// Sealed streams that were computed: sealing reads a payload from its end, once, whoever asks meanwhile.
actor SealCache {
  /// Digests of all streams at most: 32 MiB of them.
  private static let most: UInt64 = 1 << 20
  private var streams: [String: Task<SealedStream, any Error>] = [:]
  private var order: [(name: String, links: UInt64)] = []

  func stream(
    of source: any ByteSource & Sendable, _ digest: Digest, _ seal: Payload.Seal
  ) async throws -> SealedStream {
    let name = "\(digest.hexadecimal) \(seal.chunk)"
    if let known = streams[name] { return try await known.value }
    let task = Task.detached {
      let stream = try await Workers.digests.run { try SealedStream(source, chunk: seal.chunk) }
      // The manifest was signed with this link: another would be refused by every device.
      guard stream.seal == seal else {
        throw Refusal(status: .serviceUnavailable, message: "the seal is not the manifest's")
      }
      return stream
    }
    streams[name] = task
    order.append((name, source.count >> seal.chunk + 1))
    while order.count > 1, order.reduce(0, { $0 + $1.links }) > Self.most { streams[order.removeFirst().name] = nil }
    do {
      return try await task.value
    } catch {
      streams[name] = nil
      throw error
    }
  }
}
