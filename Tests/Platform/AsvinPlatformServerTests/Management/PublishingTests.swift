import AsvinFixtures
import AsvinPlatform
import AsvinPlatformFixtures
import AsvinPlatformAPI
import FoundationEssentials
import Testing

@Suite("Publishing to the platform", .usesScratch) struct PublishingTests {
  private static let image = TestBundles.noise(200_000)

  @Test
  func `A bundle with a trusted signature is listed with its IPFS content id, and read back unchanged`() async throws {
    try await PlatformUnderTest.run { platform in
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let firmware = try await platform.publish(bundle: bundle)
      #expect(firmware.name == "kettle" && firmware.version == "1.0.0" && firmware.sequence == 1 << 24)
      #expect(firmware.digest == TestBundles.digest(Self.image) && firmware.size == UInt64(Self.image.count))
      let content = try Firmware.Content(of: Self.image)
      #expect(firmware.cid == content.contentID && firmware.bundle == TestBundles.digest(bundle))
      let viewer = try await platform.access(.viewer)
      let back = try await platform.call("GET", "/manage/firmware/\(firmware.id)/bundle", viewer)
      #expect(back.status == 200 && back.body == bundle)
    }
  }

  @Test func `An interrupted upload is resumed at any offset`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let request = UploadRequest(
        fileGroup: group.id, size: UInt64(bundle.count), digest: TestBundles.digest(bundle))
      for (place, cut) in stride(from: 0, to: bundle.count, by: 65_536).enumerated() {
        let begun = try await platform.call("POST", "/manage/uploads", admin, request)
        #expect(begun.status == (place == 0 ? 201 : 200))
        let upload = try begun.message(UploadReply.self)
        #expect(upload.received == UInt64(cut))
        let piece = Array(bundle[cut..<min(cut + 65_536, bundle.count)])
        let path = "/manage/uploads/\(try #require(upload.upload))"
        let sent = try await platform.send(piece, "PATCH", "\(path)?offset=\(cut)", admin)
        #expect(sent.status == 200)
        let known = try await platform.call("GET", path, admin).message(UploadReply.self)
        #expect(known.received == UInt64(min(cut + 65_536, bundle.count)))
      }
      let finished = try await platform.upload(bundle, to: group.id, admin)
      #expect(finished.status == 200)
      let publication = try finished.message(PublicationReply.self)
      #expect(publication.isNew)
    }
  }

  @Test func `Publishing a bundle again returns the same firmware`() async throws {
    try await PlatformUnderTest.run { platform in
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let firmware = try await platform.publish(bundle: bundle)
      let admin = try await platform.access(.admin)
      let again = try await platform.upload(bundle, to: firmware.fileGroup, admin)
      #expect(again.status == 200)
      let known = try again.message(UploadReply.self)
      #expect(known.firmware?.id == firmware.id && known.upload == nil)
    }
  }

  @Test func `Bytes after a gap, after the end, or with another digest are refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let request = UploadRequest(
        fileGroup: group.id, size: UInt64(bundle.count), digest: TestBundles.digest(bundle))
      let upload = try await platform.call("POST", "/manage/uploads", admin, request).message(UploadReply.self)
      let path = "/manage/uploads/\(try #require(upload.upload))"
      let gap = try await platform.send([1, 2, 3], "PATCH", "\(path)?offset=5", admin)
      #expect(gap.status == 409)
      let long = try await platform.send(bundle + [0], "PATCH", "\(path)?offset=0", admin)
      #expect(long.status == 413)
      let early = try await platform.call("POST", "\(path)/finish", admin)
      #expect(early.status == 409)
      var changed = bundle
      changed[bundle.count - 1600] ^= 1
      _ = try await platform.send(changed, "PATCH", "\(path)?offset=0", admin)
      let finished = try await platform.call("POST", "\(path)/finish", admin)
      #expect(finished.status == 422)
      let files = try await platform.call("GET", "/manage/firmware", admin).message(FirmwareList.self)
      #expect(files.items.isEmpty)
    }
  }

  @Test func `A bundle without a trusted signature is refused with a reason and not listed`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundles = TestBundles(scratch: platform.scratch)
      let foreign = try bundles.sign(Self.image, version: "1.0.0", key: "ecdsa-p256").bytes
      let reply = try await platform.upload(foreign, to: group.id, admin)
      #expect(reply.status == 422)
      let problem = try reply.message(Problem.self)
      #expect(problem.reason == "untrusted-key" && problem.code == 21)
      let image = try await platform.upload(Self.image, to: group.id, admin)
      #expect(image.status == 422)
      let closed = try await platform.fileGroup(admin, "closed", trust: [])
      let bundle = try bundles.sign(Self.image, version: "1.0.0").bytes
      let nobody = try await platform.upload(bundle, to: closed.id, admin)
      #expect(nobody.status == 403)
      let files = try await platform.call("GET", "/manage/firmware", admin).message(FirmwareList.self)
      #expect(files.items.isEmpty)
    }
  }

  @Test func `A bundle with any changed byte is not listed`() async throws {
    let image = TestBundles.noise(200)
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(image, version: "1.0.0").bytes
      for place in stride(from: 0, to: bundle.count, by: 37) {
        var changed = bundle
        changed[place] ^= 0x10
        let reply = try await platform.upload(changed, to: group.id, admin)
        #expect(reply.status == 422, "byte \(place)")
      }
      let files = try await platform.call("GET", "/manage/firmware", admin).message(FirmwareList.self)
      #expect(files.items.isEmpty)
    }
  }

  @Test func `Another release with the same sequence number is refused`() async throws {
    try await PlatformUnderTest.run { platform in
      let bundles = TestBundles(scratch: platform.scratch)
      let first = try bundles.sign(Self.image, version: "1.0.0").bytes
      let group = try await platform.publish(bundle: first).fileGroup
      let admin = try await platform.access(.admin)
      let second = try bundles.sign(TestBundles.noise(500, seed: 9), version: "1.0.0").bytes
      let reply = try await platform.upload(second, to: group, admin)
      #expect(reply.status == 409)
    }
  }

  @Test func `The receipt is signed by the platform and names the bundle`() async throws {
    try await PlatformUnderTest.run { platform in
      let admin = try await platform.access(.admin)
      let group = try await platform.fileGroup(admin)
      let bundle = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").bytes
      let reply = try await platform.upload(bundle, to: group.id, admin).message(PublicationReply.self)
      let key = try await platform.call("GET", "/manage/receipt-key", admin).body
      try platform.scratch.write(key, to: "receipt.pub.pem")
      let parts = reply.receipt.split(separator: ".").map(String.init)
      try #require(parts.count == 3)
      try platform.scratch.write(Array("\(parts[0]).\(parts[1])".utf8), to: "signed")
      try platform.scratch.write(Array(parts[2].utf8), to: "signature")
      let folder = platform.scratch.folder
      // OpenSSL's program verifies the signature. It needs the base64 of RFC 4648 §4 with padding.
      let verdict = try await Shell.output(
        of: """
          cd \(folder) && { tr -- '-_' '+/' < signature; printf '=='; } | base64 -d 2>/dev/null > raw; \
          openssl dgst -sha256 -verify receipt.pub.pem -signature raw signed 2>&1
          """)
      #expect(verdict == "Verified OK\n")
      let claims = try #require(Data(base64Encoded: padded(parts[1])))
      let text = String(decoding: claims, as: UTF8.self)
      #expect(text.contains(TestBundles.digest(bundle)) && text.contains("asvin-receipt"))
    }
  }

  private func padded(_ text: String) -> String {
    let plain = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    return String(plain) + String(repeating: "=", count: (4 - plain.count % 4) % 4)
  }
}
