import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension DeviceAPI {
  static let keys: [Route] = [
    Route(
      .post, "/v2/devices/{device}/key", .device,
      "Replace the device's Ed25519 key; the present key is refused afterwards",
      body: NewKeyRequest.self, answers: .nothing(204, "The new key is valid"),
      .problem(409, "The device has a symmetric key"),
      .problem(422, "The nonce or a proof is not valid"),
      .problem(429, "The device replaced its key less than an hour ago")
    ) { call in
      let body = try await call.body(NewKeyRequest.self)
      guard call.platform.challenges.use([UInt8](body.nonce), at: call.now) else {
        throw Refusal(
          status: .unprocessableContent, message: "the nonce is not valid",
          hint: "request a new one with POST /v2/challenges")
      }
      let (id, workspace) = (try call.device, try call.workspace)
      guard let new = FixedBytes<32>([UInt8](body.key).span) else { throw Refusal.malformed("key is not 32 bytes") }
      try await call.write { rows in
        guard var device = try rows.device(id) else { throw PlatformError.notFound(.device) }
        guard case .ed25519(let present) = device.key else {
          throw Refusal(
            status: .conflict, message: "the device has a symmetric key", hint: "see: asvin-pack device rekey")
        }
        let message = DeviceProof.newKey(
          nonce: [UInt8](body.nonce), workspace: workspace.value, device: id.value, present: present.array,
          new: new.array)
        guard DeviceSignature.isSignature(body.presentProof, of: message, by: present),
          DeviceSignature.isSignature(body.newProof, of: message, by: new)
        else { throw Refusal(status: .unprocessableContent, message: "a proof is not a signature of the change") }
        guard present != new else {
          throw Refusal(status: .unprocessableContent, message: "the new key is the present one")
        }
        try device.replaceKey(with: .ed25519(new), at: call.now)
        try rows.put(device)
        try rows.record(.replaceDeviceKey, "device \(id.value)", DeviceKey.ed25519(new).details, call)
      }
      call.platform.tokens.endSessions(of: id, except: .ed25519(new))
      return Response(status: .noContent)
    }
  ]
}
