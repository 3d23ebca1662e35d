import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import AsvinPlatformStore
import FoundationEssentials
import Testing

@testable import AsvinPlatformServer

@Suite("Payloads", .usesScratch) struct PayloadTests {
  /// Runs a body with an offered image of some hundred KiB and its path.
  static func offered(
    _ body: @escaping @Sendable (PlatformUnderTest, String, String, UpdatePayload) async throws -> Void
  ) async throws {
    try await UpdateTests.rolledOut { platform, device, _, _ in
      let update = try await device.next([1]).message(UpdateReply.self)
      try await body(
        platform, device.token(), try #require(update.payloads.first).path, try #require(update.payloads.first))
    }
  }

  @Test func `The image equals the signed one and may be cached for ever`() async throws {
    try await Self.offered { platform, token, path, payload in
      let reply = try await platform.call("GET", path, token)
      #expect(reply.status == 200 && reply.body == UpdateTests.new)
      #expect(reply.field("ETag") == "\"\(payload.digest)\"")
      #expect(reply.field("Cache-Control") == "private, max-age=31536000, immutable")
      #expect(reply.field("Accept-Ranges") == "bytes")
      let known = try await platform.call("GET", path, token, fields: ["If-None-Match: \"\(payload.digest)\""])
      #expect(known.status == 304 && known.body.isEmpty)
    }
  }

  @Test func `A download that is resumed every 64 KiB is complete`() async throws {
    try await Self.offered { platform, token, path, payload in
      var received: [UInt8] = []
      while received.count < UpdateTests.new.endIndex {
        let end = min(received.count + 65_536, UpdateTests.new.endIndex) - 1
        let reply = try await platform.call(
          "GET", path, token,
          fields: ["Range: bytes=\(received.count)-\(end)", "If-Range: \"\(payload.digest)\""])
        #expect(reply.status == 206)
        #expect(reply.field("Content-Range") == "bytes \(received.count)-\(end)/\(UpdateTests.new.endIndex)")
        received += reply.body
      }
      #expect(received == UpdateTests.new)
    }
  }

  @Test
  func
    `A single range is served, an outdated range gets the complete payload, and a range outside the payload is refused`()
    async throws
  {
    try await Self.offered { platform, token, path, _ in
      let count = UpdateTests.new.endIndex
      let cases: [(fields: [String], status: Int, bytes: Range<Int>)] = [
        (["Range: bytes=-10"], 206, count - 10..<count), (["Range: bytes=5-"], 206, 5..<count),
        (["Range: bytes=0-0"], 206, 0..<1), (["Range: bytes=0-99999999"], 206, 0..<count),
        (["Range: bytes=0-1,5-6"], 200, 0..<count), (["Range: pages=0-1"], 200, 0..<count),
        (["Range: bytes=7-3"], 200, 0..<count), (["Range: bytes=0-1", "If-Range: \"other\""], 200, 0..<count),
      ]
      for one in cases {
        let reply = try await platform.call("GET", path, token, fields: one.fields)
        #expect(reply.status == one.status && reply.body == Array(UpdateTests.new[one.bytes]), "\(one.fields)")
      }
      for field in ["Range: bytes=\(count)-", "Range: bytes=-0"] {
        let reply = try await platform.call("GET", path, token, fields: [field])
        #expect(reply.status == 416 && reply.field("Content-Range") == "bytes */\(count)")
      }
    }
  }

  @Test func `The sealed stream matches the manifest`() async throws {
    try await UpdateTests.rolledOut { platform, device, _, _ in
      let update = try await device.next(UpdateTests.old).message(UpdateReply.self)
      let payload = try #require(update.payloads.first)
      let token = try await device.token()
      let plain = try await platform.call("GET", payload.path, token).body
      #expect(TestBundles.digest(plain) == payload.digest)
      let stream = try SealedStream(plain).source(of: plain).read(at: 0, count: .max)
      let path = try #require(payload.sealedPath)
      let reply = try await platform.call("GET", path, token)
      #expect(reply.body == stream && payload.sealedSize == UInt64(stream.count))
    }
  }

  @Test func `A payload that was not offered to the device is not found`() async throws {
    try await Self.offered { platform, token, path, _ in
      let other = try await DeviceUnderTest.enrolled(on: platform, "other")
      let reply = try await platform.call("GET", path, other.token())
      #expect(reply.status == 404)
      for wrong in ["\(path)0", "\(path)/sealed", path.replacing("/payloads/", with: "/payloads/-"), "\(path)x"] {
        let reply = try await platform.call("GET", wrong, token)
        #expect(reply.status == 404, "\(wrong)")
      }
    }
  }

  /// Returns the file of the only object.
  private static func object(of platform: PlatformUnderTest) throws -> String {
    try #require(try platform.scratch.files().first { $0.hasPrefix("objects/sha256/") && $0.count > 40 })
  }

  @Test func `An object that was changed on disk is not served to any client`() async throws {
    try await UpdateTests.rolledOut { platform, device, firmware, _ in
      let path = try #require(try await device.next([1]).message(UpdateReply.self).payloads.first).path
      let (token, viewer) = (try await device.token(), try await platform.access(.viewer))
      let before = try await platform.call("GET", path, token)
      #expect(before.status == 200)
      let object = try Self.object(of: platform)
      let original = try platform.scratch.read(object)
      var changed = original
      changed[original.count / 2] ^= 1
      for replacement in [changed, original + [0], Array(original.dropLast()), []] {
        // Overwrites the file in place, as another program could.
        _ = try await Shell.output(of: "chmod u+w \(platform.scratch.path(object))")
        try platform.scratch.write(replacement, to: object)
        let device = try await platform.call("GET", path, token)
        let person = try await platform.call("GET", "/manage/firmware/\(firmware.id)/bundle", viewer)
        let legacy = try await platform.ask(
          ESPClient(chip: .esp32, mac: "AA").update(firmware.cid, token: platform.token()))
        #expect([device.status, person.status, legacy.status] == [503, 503, 503])
      }
      try platform.scratch.write(original, to: object)
      let after = try await platform.call("GET", path, token)
      #expect(after.status == 200 && after.body == UpdateTests.new)
    }
  }

  @Test func `Reading a file that has changed throws an error`() async throws {
    try await UpdateTests.rolledOut { platform, _, _, _ in
      let object = try Self.object(of: platform)
      let bytes = try platform.scratch.read(object)
      let source = try #require(try await platform.objects.object(SHA256.digest(of: bytes.span)))
      _ = try source.read(at: 0, count: 10)
      _ = try await Shell.output(of: "chmod u+w \(platform.scratch.path(object))")
      try platform.scratch.write(Array(repeating: 0, count: bytes.count), to: object)
      let file = platform.scratch.path(object)
      _ = try await Shell.output(of: "touch \(file)")
      #expect(throws: FileError.self) { try source.read(at: 0, count: 10) }
    }
  }

  @Test func `Range fields are parsed`() {
    #expect(ByteRange("bytes=0-9", of: 5) == .bytes(0..<5))
    #expect(ByteRange("bytes=4-4", of: 5) == .bytes(4..<5))
    #expect(ByteRange("bytes=5-", of: 5) == .unsatisfiable)
    #expect(ByteRange("bytes=-7", of: 5) == .bytes(0..<5))
    #expect(ByteRange("bytes=-", of: 5) == .ignored)
    #expect(ByteRange("bytes=+1-2", of: 5) == .ignored)
    #expect(ByteRange("bytes=99999999999999999999-", of: 5) == .ignored)
    #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
  }
}
