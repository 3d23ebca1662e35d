import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinVerifier
import FoundationEssentials
import Testing

// Threat T22.
@Suite("Changes of keys at the platform", .usesScratch) struct NewKeyTests {
  @Test func `A key is replaced only with proofs of both keys for this change`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await DeviceUnderTest.enrolled(on: platform)
      let other = try await DeviceUnderTest.enrolled(on: platform, "other")
      let (new, thief) = (try PrivateKey.generate(.ed25519), try PrivateKey.generate(.ed25519))
      let token = try await device.token()
      func bytes(_ key: PrivateKey) -> [UInt8] {
        key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      }
      func request(
        present: PrivateKey? = nil, new signer: PrivateKey? = nil, id: Int64? = nil
      ) async throws -> NewKeyRequest {
        let nonce = try await device.nonce()
        var message = Array("asvin-platform-new-key\0".utf8)
        for number in [device.workspace, id ?? device.id] {
          message += (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
        }
        message += [UInt8](nonce) + bytes(device.key) + bytes(new)
        return NewKeyRequest(
          key: Data(bytes(new)), nonce: nonce, presentProof: Data(try (present ?? device.key).signature(of: message)),
          newProof: Data(try (signer ?? new).signature(of: message)))
      }
      func send(_ request: NewKeyRequest) async throws -> Int {
        try await platform.call("POST", "/v2/devices/self/key", token, request).status
      }
      #expect(try await send(request(present: thief)) == 422, "a stolen token is not the key")
      #expect(try await send(request(new: thief)) == 422)
      #expect(try await send(request(id: other.id)) == 422)
      var changed = try await request()
      changed.key = Data(bytes(thief))
      #expect(try await send(changed) == 422)
      let old = try await request()
      platform.clock.now.seconds += PlatformLimit.challengeSeconds
      #expect(try await send(old) == 422)
      let good = try await request()
      #expect(try await send(good) == 204)
      #expect(try await send(good) == 401, "the session has ended with its key")
      let known = try #require(try await platform.device(device.name))
      let point = bytes(new)
      let wanted = FixedBytes<32>(point.span)
      #expect(known.key == wanted.map { .ed25519($0) })
    }
  }
  @Test func `A device replaces its key once an hour, and its older tokens end with the key`() async throws {
    try await PlatformUnderTest.run { platform in
      var device = try await DeviceUnderTest.enrolled(on: platform)
      let old = try await device.token()
      func change(to new: PrivateKey) async throws -> RawReply {
        func bytes(_ key: PrivateKey) -> [UInt8] {
          key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        }
        let nonce = try await device.nonce()
        let message = DeviceProof.newKey(
          nonce: [UInt8](nonce), workspace: device.workspace, device: device.id, present: bytes(device.key),
          new: bytes(new))
        let request = NewKeyRequest(
          key: Data(bytes(new)), nonce: nonce, presentProof: Data(try device.key.signature(of: message)),
          newProof: Data(try new.signature(of: message)))
        return try await platform.call("POST", "/v2/devices/self/key", device.token(), request)
      }
      platform.clock.now.seconds += 5
      let first = try PrivateKey.generate(.ed25519)
      #expect(try await change(to: first).status == 204)
      device.key = first
      let images = [InstalledSlot(slot: 0, size: 1, digest: TestBundles.digest([1]))]
      let query = UpdateQuery(version: "1.0", images: images, features: 0, memory: 0)
      #expect(try await platform.call("POST", "/v2/devices/\(device.id)/next", old, query).status == 401)
      #expect(try await device.next([1]).status == 204)
      let second = try PrivateKey.generate(.ed25519)
      let refused = try await change(to: second)
      #expect(refused.status == 429 && refused.field("retry-after") == "3600")
      platform.clock.now.seconds += PlatformLimit.keyChangeSeconds
      #expect(try await change(to: second).status == 204)
    }
  }
}
