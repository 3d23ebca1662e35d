import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird
import Logging

extension DeviceAPI {
  private static let answers: [Route.Answer] = [
    .bytes(200, "application/octet-stream", "The complete payload"),
    .bytes(206, "application/octet-stream", "The requested bytes"),
    .nothing(304, "The device has the payload already"), .problem(416, "The range is outside the payload"),
    .problem(409, "The rollout is paused or disabled, or no longer includes the device"),
    .problem(410, "The rollout has ended"), .problem(503, "The object was changed on disk and is not served"),
  ]

  static let payloads: [Route] = [
    Route(
      .get, "/v2/releases/{release}/payloads/{payload}", .device, "Download a payload of an offered release",
      answers: answers
    ) { call in
      let found = try await call.payload()
      return try Download(found.source, tag: found.payload.digest, call.request).response()
    },
    Route(
      .get, "/v2/releases/{release}/payloads/{payload}/sealed", .device,
      "Download a payload as a sealed stream, in which a device verifies each block before it uses it", answers: answers
    ) { call in
      let found = try await call.payload()
      guard let seal = found.payload.seal else { throw Refusal.notFound("the payload does not have a sealed stream") }
      return try await call.sealed(found.source, found.payload.digest, seal)
    },
    Route(
      .get, "/v2/releases/{release}/payloads/{payload}/stream", .device,
      "Download a payload as the device library accepts it: as a sealed stream if the manifest has its first link",
      answers: answers
    ) { call in
      let found = try await call.payload()
      if let seal = found.payload.seal { return try await call.sealed(found.source, found.payload.digest, seal) }
      return try Download(found.source, tag: found.payload.digest, call.request).response()
    },
  ]
}

extension Call {
  fileprivate func sealed(
    _ source: any ByteSource & Sendable, _ digest: Digest, _ seal: Payload.Seal
  ) async throws -> Response {
    let stream = try await platform.seals.stream(of: source, digest, seal)
    return try Download(stream.source(of: source), tag: seal.firstLink, request).response()
  }

  /// Returns the payload that the path names, if a rollout of its release is live for the device.
  fileprivate func payload() async throws -> (source: any ByteSource & Sendable, payload: Payload) {
    let device = try device
    guard let release = context.parameters.get("release").flatMap({ Digest(hexadecimal: $0) }),
      let text = context.parameters.get("payload"), let number = Int(text), "\(number)" == text,
      let firmware = try await read({ rows in try rows.permitted(release, to: device) })
    else { throw Refusal.notFound("the payload does not exist, or was not offered to the device") }
    let found: (source: any ByteSource & Sendable, payload: Payload)?
    do {
      found = try await firmware.payload(number, in: platform.objects)
    } catch is ObjectDamaged {
      context.logger.error("an object was changed on disk", metadata: ["release": "\(release.hexadecimal)"])
      throw Refusal(status: .serviceUnavailable, message: "the object was changed on disk and is not served")
    }
    guard let found else { throw Refusal.notFound("the payload does not exist, or was not offered to the device") }
    return found
  }
}
