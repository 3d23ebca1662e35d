import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformFixtures
import AsvinVerifier
import FoundationEssentials
import Testing

// Threats T16, T22 and T26.
@Suite("Devices with a symmetric key", .usesScratch) struct SharedKeyTests {
  /// The image that the device runs, from which the release has a patch.
  static let installed = TestBundles.noise(60_000)

  /// Runs a body with a registered device in a group, and a rollout of a release to it.
  static func rolledOut(
    _ body: @escaping @Sendable (PlatformUnderTest, SharedKeyDevice, FirmwareReply, RolloutReply) async throws -> Void
  ) async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      try await platform.group(device.name)
      let bundles = TestBundles(scratch: platform.scratch)
      let first = try bundles.sign(Self.installed, version: "1.0.0")
      let image = Self.installed + TestBundles.noise(9000, seed: 3)
      let bundle = try bundles.sign(image, version: "1.1.0", from: [first.path]).bytes
      let firmware = try await platform.publish(bundle: bundle)
      try await body(platform, device, firmware, platform.rollOut(firmware, batch: BatchMessage(waves: [])))
    }
  }

  @Test
  func `A registered device polls, fetches its stream by range and confirms, and is shown as verifying`() async throws {
    try await Self.rolledOut { platform, device, firmware, rollout in
      let offer = try await device.poll(Self.installed).compact(UpdateReply.self)
      #expect(offer.rollout == rollout.id && offer.release == firmware.release && offer.version == "1.1.0")
      let payload = try #require(offer.payloads.first)
      let sealed = try await device.ask("GET", "\(payload.path)/sealed").body
      #expect(payload.sealedSize == UInt64(sealed.count) && payload.sealedPath == nil && sealed.count > 8192)
      // One nonce for all ranges; each of them has the next counter.
      let (path, nonce) = ("\(payload.path)/stream", try await device.nonce())
      var fetched: [UInt8] = []
      for (counter, start) in stride(from: 0, to: sealed.count, by: 3000).enumerated() {
        let proof = device.proof("GET", path, nonce: nonce, counter: UInt32(counter + 1))
        let reply = try await device.send("GET", path, [], proof, fields: ["Range: bytes=\(start)-\(start + 2999)"])
        #expect(reply.status == 206)
        fetched += reply.body
      }
      #expect(fetched.elementsEqual(sealed))
      for event in [DeviceEventRequest(event: .downloading), .init(event: .installed), .init(event: .confirmed)] {
        #expect(try await device.report(event, about: rollout.id).status == 200)
      }
      let known = try #require(try await platform.device(device.name))
      #expect(known.isVerifying)
      let shown = try await platform.call("GET", "/manage/devices/\(known.id.value)", platform.access(.viewer))
      #expect(try shown.message(DeviceReply.self).isVerifying)
      let list = try await platform.call("GET", "/manage/rollouts/\(rollout.id)", platform.access(.viewer))
      let ended = try list.message(RolloutReply.self)
      #expect(ended.phase == .finished && ended.tally.confirmed == 1)
    }
  }

  @Test func `A poll has the same answer in CBOR and in JSON`() async throws {
    try await Self.rolledOut { platform, device, _, _ in
      var compact = try await device.poll(Self.installed).compact(UpdateReply.self)
      let slot = InstalledSlot(
        slot: 0, size: UInt64(Self.installed.count), digest: TestBundles.digest(Self.installed))
      let query = UpdateQuery(version: "1.0", images: [slot], features: 0xFE, memory: 65_536)
      let body = [UInt8](try JSONEncoder().encode(query))
      let proof = try await device.proof("POST", SharedKeyDevice.next, body, nonce: device.nonce())
      let reply = try await platform.send(
        body, "POST", SharedKeyDevice.next, nil,
        fields: ["Authorization: \(proof.field)", "Content-Type: application/json"])
      let plain = try reply.message(UpdateReply.self)
      compact.payloads[0].sealedPath = plain.payloads.first?.sealedPath
      #expect(reply.field("Content-Type") == "application/json" && plain == compact)
    }
  }

  @Test func `A request that is replayed is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let (body, nonce) = (try SharedKeyDevice.query(), try await device.nonce())
      let first = device.proof("POST", SharedKeyDevice.next, body, nonce: nonce)
      let second = device.proof("POST", SharedKeyDevice.next, body, nonce: nonce, counter: 5)
      let between = device.proof("POST", SharedKeyDevice.next, body, nonce: nonce, counter: 4)
      var statuses: [Int] = []
      for proof in [first, first, second, second, first, between] {
        statuses.append(try await device.send("POST", SharedKeyDevice.next, body, proof).status)
      }
      #expect(statuses == [204, 401, 204, 401, 401, 401])
    }
  }

  @Test func `A proof for another method, path, body, name or workspace is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let other = try await SharedKeyDevice.registered(on: platform, "other", key: SharedKeyDevice.key(100))
      let (path, body) = (SharedKeyDevice.next, try SharedKeyDevice.query())
      func status(_ method: String, _ path: String, _ body: [UInt8], _ change: (inout RequestProof) -> Void = { _ in })
        async throws -> Int
      {
        var proof = device.proof(
          "POST", SharedKeyDevice.next, try SharedKeyDevice.query(), nonce: try await device.nonce())
        change(&proof)
        return try await device.send(method, path, body, proof).status
      }
      #expect(try await status("POST", path, body) == 204)
      #expect(try await status("PUT", path, body) == 405)
      #expect(try await status("GET", "/v2/devices/self", []) == 401)
      #expect(try await status("POST", path + "?", body) == 401)
      #expect(try await status("POST", "/v2/devices/1/next", body) == 401)
      #expect(try await status("POST", path, SharedKeyDevice.query(version: "1.1")) == 401)
      #expect(try await status("POST", path, body) { $0.body = Digest() } == 401)
      #expect(try await status("POST", path, body) { $0.name = other.name } == 401)
      #expect(try await status("POST", path, body) { $0.name = "SENSOR" } == 401)
      #expect(try await status("POST", path, body) { $0.name = "nobody" } == 401)
      #expect(try await status("POST", path, body) { $0.workspace += 1 } == 401)
      #expect(try await status("POST", path, body) { $0.counter += 1 } == 401)
      #expect(try await status("POST", path, body) { $0.owner = .workspace } == 401)
      #expect(try await status("POST", path, body) { $0.nonce = Digest() } == 401)
      for index in 0..<32 {
        let changed = try await status("POST", path, body) { proof in
          let code = proof.code
          proof.code = Digest { $0 == index ? code[$0] ^ 1 : code[$0] }
        }
        #expect(changed == 401, "byte \(index)")
      }
    }
  }

  @Test func `A nonce belongs to the device that uses it first, and ends with its time`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let other = try await SharedKeyDevice.registered(on: platform, "other", key: SharedKeyDevice.key(100))
      let (path, body, nonce) = (SharedKeyDevice.next, try SharedKeyDevice.query(), try await device.nonce())
      func poll(_ device: SharedKeyDevice, _ counter: UInt32) async throws -> Int {
        try await device.send("POST", path, body, device.proof("POST", path, body, nonce: nonce, counter: counter))
          .status
      }
      #expect(try await poll(device, 1) == 204)
      #expect(try await poll(other, 2) == 401)
      #expect(try await poll(device, 2) == 204, "the other device did not use the counter")
      // A login wants a nonce that was not used.
      let gateway = try await DeviceUnderTest.enrolled(on: platform)
      let login = try gateway.loginRequest(nonce: Data((0..<32).map { nonce[$0] }))
      #expect(try await platform.call("POST", "/v2/login", nil, login).status == 401)
      let late = try await device.nonce()
      platform.clock.now.seconds += 121
      let proof = device.proof("POST", path, body, nonce: late)
      #expect(try await device.send("POST", path, body, proof).status == 401)
    }
  }

  @Test func `A wrong code makes the nonce invalid, and all refusals are alike`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let (path, body, nonce) = (SharedKeyDevice.next, try SharedKeyDevice.query(), try await device.nonce())
      var thief = device
      thief.key = SharedKeyDevice.key(9)
      var stranger = thief
      stranger.name = "nobody"
      let replies = [
        try await thief.send("POST", path, body, thief.proof("POST", path, body, nonce: nonce)),
        try await stranger.ask("POST", path, body),
        try await device.send("POST", path, body, device.proof("POST", path, body, nonce: nonce, counter: 2)),
        try await platform.send(
          body, "POST", path, nil, fields: ["Authorization: Asvin-Device 00", "Accept: application/cbor"]),
      ]
      var problems = try replies.map { try $0.compact(Problem.self) }
      #expect(replies.map(\.status) == [401, 401, 401, 401])
      #expect(Set(problems.compactMap(\.nonce)).count == 4, "each refusal has a new nonce")
      let fresh = try #require(problems.last?.nonce)
      for index in problems.indices { problems[index].nonce = nil }
      #expect(problems.allSatisfy { $0 == problems[0] })
      // One more round trip is enough.
      let next = FixedBytes<32>([UInt8](fresh).span)
      let again = device.proof("POST", path, body, nonce: try #require(next))
      #expect(try await device.send("POST", path, body, again).status == 204)
    }
  }

  @Test func `A public key is not accepted as a symmetric key, and a symmetric key cannot log in`() async throws {
    try await PlatformUnderTest.run { platform in
      let gateway = try await DeviceUnderTest.enrolled(on: platform)
      let point = gateway.key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      let forged = SharedKeyDevice(platform: platform, name: gateway.name, key: point)
      #expect(try await forged.poll().status == 401)
      let device = try await SharedKeyDevice.registered(on: platform)
      let id = try #require(try await platform.device(device.name)).id.value
      let login = try gateway.loginRequest(nonce: try await gateway.nonce(), device: id)
      #expect(try await platform.call("POST", "/v2/login", nil, login).status == 401)
    }
  }

  @Test func `The proof of a workspace enrols a device and permits only that`() async throws {
    try await PlatformUnderTest.run { platform in
      let workspace = SharedKeyDevice(
        platform: platform, name: PlatformUnderTest.deviceKey, key: Array(PlatformUnderTest.customerKey.utf8))
      let body = try #require(
        try CompactMessage.bytes(of: SharedKeyDevice.request("sensor", SharedKeyDevice.key())))
      func enrol(_ body: [UInt8]) async throws -> RawReply {
        let proof = try await workspace.proof(
          "POST", "/v2/enrolments", body, nonce: workspace.nonce(), owner: .workspace)
        return try await workspace.send("POST", "/v2/enrolments", body, proof)
      }
      let first = try await enrol(body)
      #expect(first.status == 201)
      let known = try first.compact(EnrolmentReply.self)
      #expect(known.workspace == platform.workspace.id.value && known.placement == .lobby)
      #expect(try await enrol(body).status == 200)
      let other = try CompactMessage.bytes(of: SharedKeyDevice.request("sensor", SharedKeyDevice.key(7))) ?? []
      #expect(try await enrol(other).status == 409)
      let unversioned = SharedKeyDevice.request("new", SharedKeyDevice.key(), version: nil)
      #expect(try await enrol(CompactMessage.bytes(of: unversioned) ?? []).status == 400)
      let blank = SharedKeyDevice.request("new", [UInt8](repeating: 0xFF, count: 32))
      #expect(try await enrol(CompactMessage.bytes(of: blank) ?? []).status == 400)
      // A device key of the workspace is not the name of a device.
      let poll = try await workspace.proof(
        "POST", SharedKeyDevice.next, [], nonce: workspace.nonce(), owner: .workspace)
      #expect(try await workspace.send("POST", SharedKeyDevice.next, [], poll).status == 401)
      let device = SharedKeyDevice(platform: platform, name: "sensor", key: SharedKeyDevice.key())
      #expect(try await device.ask("POST", "/v2/enrolments", body).status == 401)
      #expect(try await device.poll().status == 204)
    }
  }

  @Test func `A key is in no reply, and is replaced only after the device was removed`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let admin = try await platform.access(.admin)
      let id = try #require(try await platform.device(device.name)).id.value
      let secret = Data(device.key).base64EncodedString()
      let digits = device.key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      for path in ["/manage/devices", "/manage/devices/\(id)", "/manage/audit", "/openapi.json", "/metrics"] {
        let reply = try await platform.call("GET", path, admin)
        #expect(reply.status == 200 && !reply.text.contains(secret) && !reply.text.contains(digits), "\(path)")
      }
      let other = SharedKeyDevice.request(device.name, SharedKeyDevice.key(50), version: nil)
      let replaced = try await platform.call("POST", "/manage/devices", admin, other)
      #expect(replaced.status == 409 && !replaced.text.contains(secret))
      #expect(try await platform.call("DELETE", "/manage/devices/\(id)", admin).status == 204)
      #expect(try await platform.call("POST", "/manage/devices", admin, other).status == 201)
    }
  }

  @Test func `A device with a removed or blacklisted name is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let admin = try await platform.access(.admin)
      let id = try #require(try await platform.device(device.name)).id.value
      let placement = PlacementRequest(placement: .blacklisted)
      #expect(try await platform.call("PUT", "/manage/devices/\(id)/placement", admin, placement).status == 200)
      #expect(try await device.poll().status == 403)
      var thief = device
      thief.key = SharedKeyDevice.key(9)
      #expect(try await thief.poll().status == 401, "only the owner of the key learns that")
      #expect(try await platform.call("DELETE", "/manage/devices/\(id)", admin).status == 204)
      #expect(try await device.poll().status == 401)
    }
  }

  @Test func `A body is not read before the proof is checked`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let proof = device.proof("POST", SharedKeyDevice.next, nonce: Digest())
      let head = [
        "POST \(SharedKeyDevice.next) HTTP/1.1", "Host: platform.example", "Authorization: \(proof.field)",
        "Content-Length: 16000", "", "",
      ].joined(separator: "\r\n")
      // Not a byte of the body is sent.
      #expect(try await platform.ask(head).status == 401)
    }
  }

  @Test func `Hostile bytes are refused with 400, and a message without a CBOR form with 415`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      let query = try SharedKeyDevice.query()
      var bodies: [[UInt8]] = [[], [0xFF], query + [0], [0x9F], Array(#"{"version":"1"}"#.utf8)]
      bodies.append([UInt8](repeating: 0x81, count: 16_000))
      bodies.append([0xBB] + [UInt8](repeating: 0xFF, count: 15_000))
      for count in stride(from: 0, to: query.count, by: 7) { bodies.append(Array(query[..<count])) }
      for body in bodies {
        let reply = try await device.ask("POST", SharedKeyDevice.next, body)
        #expect(reply.status == 400)
        #expect(try reply.compact(Problem.self).nonce == nil)
      }
      let large = [UInt8](repeating: 0, count: 16_385)
      #expect(try await device.ask("POST", SharedKeyDevice.next, large).status == 413)
      let token = try await platform.access(.admin)
      let reply = try await platform.send(
        [0xA0], "POST", "/v2/login", token, fields: ["Content-Type: application/cbor"])
      #expect(reply.status == 415)
    }
  }

  @Test func `An idle poll with a proof writes nothing`() async throws {
    try await PlatformUnderTest.run { platform in
      let device = try await SharedKeyDevice.registered(on: platform)
      try await platform.group(device.name)
      #expect(try await device.poll().status == 204)
      let before = try platform.scratch.read("platform.sqlite-wal")
      for _ in 0..<10 { #expect(try await device.poll().status == 204) }
      #expect(try platform.scratch.read("platform.sqlite-wal") == before)
    }
  }
}
