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
@Suite("Proofs of enrolments", .usesScratch) struct EnrolmentProofTests {
  @Test func `A proof enrols once, and not with another name, class, version, key or nonce`() async throws {
    try await PlatformUnderTest.run { platform in
      let token = try await platform.token()
      let key = try PrivateKey.generate(.ed25519)
      func send(_ change: (inout EnrolmentRequest) throws -> Void) async throws -> Int {
        var request = try await DeviceUnderTest.request("gateway", key, on: platform, token)
        try change(&request)
        return try await platform.call("POST", "/v2/devices", token, request).status
      }
      let other = try PrivateKey.generate(.ed25519).publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      let fresh = try await platform.call("POST", "/v2/enrolment-challenges", token).message(EnrolmentChallenge.self)
      #expect(try await send { $0.name = "gatewaz" } == 403)
      #expect(try await send { $0.deviceClass = "11111111-1111-1111-1111-111111111111" } == 403)
      #expect(try await send { $0.version = "1.1" } == 403)
      #expect(try await send { $0.key = Data(other) } == 403)
      #expect(try await send { $0.nonce = fresh.nonce } == 403)
      #expect(try await send { $0.nonce = Data(count: 32) } == 403)
      #expect(
        try await send {
          $0.proof = Data(try key.signature(of: Array("asvin-platform-enrol\0gateway".utf8)))
        } == 403, "the proof of earlier agents covers the name alone")
      #expect(try await platform.device("gateway") == nil)
      let request = try await DeviceUnderTest.request("gateway", key, on: platform, token)
      var statuses: [Int] = []
      for _ in 0..<2 { statuses.append(try await platform.call("POST", "/v2/devices", token, request).status) }
      #expect(statuses == [201, 403], "a proof that is sent again is refused")
    }
  }

  @Test func `The worked proof of a gateway on the page is the one that the agent makes`() throws {
    func hexadecimal(_ bytes: [UInt8]) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let key = try PrivateKey(pem: Array(Shared.projectText("Keys/TEST-ONLY-ed25519.pem").utf8), passphrase: nil)
    let publicKey = key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    let nonce: [UInt8] = (0..<32).map { 0x20 + UInt8($0) }
    let message = DeviceProof.enrolment(
      nonce: nonce, workspace: 1, name: "gw-1", deviceClass: Identifier { 0xA0 + UInt8($0) }, version: "1.0.0",
      key: publicKey)
    #expect(
      try FormatPage("DeviceProtocol").rows(under: "Worked proof of a gateway") == [
        ["key", hexadecimal(publicKey)], ["nonce", hexadecimal(nonce)],
        ["message", hexadecimal(message)], ["proof", hexadecimal(try key.signature(of: message))],
      ])
  }

  @Test func `A proof does not enrol in another workspace, and a nonce expires`() async throws {
    try await PlatformUnderTest.run { platform in
      _ = try await platform.store.add(
        Workspace(id: ID(0), name: "theirs", customerKey: "their-customer-key", deviceKeys: ["their-key"]))
      let (ours, theirs) = (
        try await platform.token(), try await platform.token("their-customer-key", "their-key")
      )
      let key = try PrivateKey.generate(.ed25519)
      let request = try await DeviceUnderTest.request("gateway", key, on: platform, ours)
      #expect(try await platform.call("POST", "/v2/devices", theirs, request).status == 403)
      let late = try await DeviceUnderTest.request("gateway", key, on: platform, ours)
      platform.clock.now.seconds += PlatformLimit.challengeSeconds
      #expect(try await platform.call("POST", "/v2/devices", ours, late).status == 403)
    }
  }

  @Test func `A symmetric key is enrolled by a proof only, because a bearer token can be sent again`() async throws {
    try await PlatformUnderTest.run { platform in
      let body = SharedKeyDevice.request("sensor", SharedKeyDevice.key())
      for token in [try await platform.token(), try await EnrolmentTokenTests.token(on: platform)] {
        #expect(try await platform.call("POST", "/v2/enrolments", token, body).status == 403)
      }
      #expect(try await platform.device("sensor") == nil)
    }
  }
}
