import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Logging
import Testing

@testable import AsvinPlatformServer

@Suite("Uploads", .usesScratch)
struct UploadTests {
  private static let image = TestBundles.noise(20_000)

  private func begin(
    _ bundle: [UInt8], size: Int? = nil, _ platform: PlatformUnderTest, _ group: Int64, _ token: String
  ) async throws -> UploadReply {
    try await platform.call(
      "POST", "/manage/uploads", token,
      UploadRequest(fileGroup: group, size: UInt64(size ?? bundle.endIndex), digest: TestBundles.digest(bundle))
    ).message(UploadReply.self)
  }

  @Test func `A refused bundle leaves no upload and no bytes`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundles = TestBundles(scratch: platform.scratch)
      let first = try bundles.sign(Self.image, version: "1.0.0").bytes
      #expect(try await platform.upload(first, to: group.id, admin).status == 200)
      let objects = try platform.objectNames()
      let foreign = try bundles.sign(Self.image, version: "2.0.0", key: "ecdsa-p256").bytes
      #expect(try await platform.upload(foreign, to: group.id, admin).status == 422)
      let taken = try bundles.sign(TestBundles.noise(900, seed: 3), version: "1.0.0").bytes
      #expect(try await platform.upload(taken, to: group.id, admin).status == 409)
      #expect(try await platform.upload(Self.image, to: group.id, admin).status == 422)
      #expect(try platform.objectNames() == objects)
      let list = try await platform.call("GET", "/manage/uploads", admin).message(UploadList.self)
      #expect(list.items.isEmpty)
    }
  }

  @Test func `An upload that was started with another size starts again`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let wrong = try await begin(bundle, size: 1, platform, group.id, admin)
      _ = try await platform.send([0], "PATCH", "/manage/uploads/\(try #require(wrong.upload))?offset=0", admin)
      #expect(try await platform.upload(bundle, to: group.id, admin).status == 200)
    }
  }

  @Test(arguments: [true, false])
  func `Publishing a bundle again restores a lost or damaged object`(isLost: Bool) async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let first = try await platform.upload(bundle, to: group.id, admin).message(PublicationReply.self)
      let object = platform.scratch.path("objects/sha256/\(TestBundles.digest(bundle))")
      try FileManager.default.removeItem(atPath: object)
      if !isLost { try platform.scratch.write([1, 2, 3], to: "objects/sha256/\(TestBundles.digest(bundle))") }
      let again = try await platform.upload(bundle, to: group.id, admin).message(PublicationReply.self)
      #expect(again.firmware.id == first.firmware.id && !again.isNew)
      let path = "/manage/firmware/\(first.firmware.id)/bundle"
      #expect(try await platform.call("GET", path, admin).body == bundle)
    }
  }

  @Test func `A workspace has a limit of open uploads, and each can be deleted`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      for number in 0..<64 {
        let reply = try await begin([UInt8(number)], platform, group.id, admin)
        #expect(reply.upload != nil)
      }
      let refused = try await platform.call(
        "POST", "/manage/uploads", admin,
        UploadRequest(fileGroup: group.id, size: 5, digest: TestBundles.digest([99])))
      #expect(refused.status == 409)
      let list = try await platform.call("GET", "/manage/uploads", admin).message(UploadList.self)
      #expect(list.items.count == 64)
      for upload in list.items.compactMap(\.upload) {
        #expect(try await platform.call("DELETE", "/manage/uploads/\(upload)", admin).status == 204)
      }
      _ = try await begin([1], platform, group.id, admin)
    }
  }

  @Test func `An upload that is deleted during a request stays deleted, and the request fails`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bytes = TestBundles.noise(200_000)
      let upload = try #require(try await begin(bytes, platform, group.id, admin).upload)
      let path = "/manage/uploads/\(upload)"
      let sender = try await RawConnection.open(port: platform.port)
      defer { sender.end() }
      let head =
        "PATCH \(path)?offset=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(admin)\r\nContent-Length: 200000\r\n\r\n"
      try await sender.write(Array(head.utf8) + bytes[..<100_000])
      let file = platform.scratch.path("objects/uploads/\(upload)")
      for _ in 0..<200 where !FileManager.default.fileExists(atPath: file) {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(try await platform.call("DELETE", path, admin).status == 204)
      let reply = try await sender.exchange(Array(bytes[100_000...]))
      #expect(reply.status == 410)
      #expect(!FileManager.default.fileExists(atPath: file))
      #expect(try await platform.call("GET", path, admin).status == 404)
    }
  }

  @Test func `Abandoned uploads, and bytes without an upload, are removed after a day`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let upload = try #require(try await begin([1, 2, 3], platform, group.id, admin).upload)
      _ = try await platform.send([1], "PATCH", "/manage/uploads/\(upload)?offset=0", admin)
      try platform.scratch.write([1], to: "objects/uploads/777")
      let cleaning = UploadCleaning(
        store: platform.store, objects: platform.objects, clock: { platform.clock.now },
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let now = Int64(Date.now.timeIntervalSince1970)
      #expect(try await cleaning.clean(diskTime: Instant(now + 60)) == 0)
      #expect(try await cleaning.clean(diskTime: Instant(now + 90_000)) == 2)
      let list = try await platform.call("GET", "/manage/uploads", admin).message(UploadList.self)
      #expect(list.items.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: platform.scratch.path("objects/uploads")).isEmpty)
    }
  }
}

extension PlatformUnderTest {
  /// Returns the names of the stored objects.
  fileprivate func objectNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.path("objects/sha256")).sorted()
  }
}
