import AsvinHost
import AsvinFixtures
import AsvinPlatformFixtures
import AsvinPlatform
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinRelease
import Testing

@Suite("Publishing from a build server", .usesScratch) struct RemotePublicationTests {
  private static let image = TestBundles.noise(9_000_000)

  private static func publish(
    _ platform: PlatformUnderTest, _ bundle: String, token: String, port: Int? = nil, dryRun: Bool = false,
    creates: Bool = false, group: String = "kettles"
  ) async throws -> Receipt {
    let environment = Environment(folder: platform.scratch.folder)
    let publication = Publication(
      bundle: bundle, group: group, destination: "http://localhost",
      trust: [
        KeyReference("\(TestBundles.keys)ed25519.pub.pem", from: "/")
      ], dryRun: dryRun)
    var remote = RemotePublication(
      address: "http://127.0.0.1:\(port ?? platform.port)", bundle: bundle, group: group, dryRun: dryRun)
    if creates { remote.newGroupTrust = try publication.trustedKeys(in: environment) }
    let (checked, call) = (try publication.checked(in: environment), remote)
    // The call blocks its thread, which must not be a thread of the server under test.
    return try await OwnThread.run { try call.run(checked, token: token) { _, _ in } }
  }

  @Test func `A bundle is published and read back; publishing it again changes nothing`() async throws {
    try await PlatformUnderTest.run { platform in
      let path = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").path
      let token = try await platform.access(.admin)
      let first = try await Self.publish(platform, path, token: token, creates: true)
      #expect(first.result == .published && first.firmware != nil && first.proof != nil && first.signatureChecked)
      let second = try await Self.publish(platform, path, token: token)
      #expect(second.result == .alreadyPublished && second.firmware == first.firmware)
    }
  }

  @Test func `A dry run reports the result and sends nothing`() async throws {
    try await PlatformUnderTest.run { platform in
      let path = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(900), version: "1.0.0").path
      let token = try await platform.access(.admin)
      _ = try await platform.fileGroup(token)
      let receipt = try await Self.publish(platform, path, token: token, dryRun: true)
      #expect(receipt.result == .wouldPublish)
      let files = try await platform.call("GET", "/manage/firmware", token).message(FirmwareList.self)
      #expect(files.items.isEmpty)
    }
  }

  @Test func `After network failures, only the bytes in transit are sent again`() async throws {
    try await PlatformUnderTest.run { platform in
      let path = try TestBundles(scratch: platform.scratch).sign(Self.image, version: "1.0.0").path
      let token = try await platform.access(.admin)
      _ = try await platform.fileGroup(token)
      // Each connection ends after some replies, during the upload and while the bundle is read back.
      let proxy = try FaultyProxy(to: platform.port, .cut(after: 400))
      defer { proxy.end() }
      do {
        let receipt = try await Self.publish(platform, path, token: token, port: proxy.port)
        #expect(receipt.result == .published)
      } catch let failure as Failure {
        #expect(failure.kind == .unreachable)
      }
      #expect(proxy.harms > 0)
      let receipt = try await Self.publish(platform, path, token: token)
      #expect(receipt.firmware != nil)
    }
  }

  @Test(arguments: [
    ("viewer", "kettles", Failure.Kind.notAllowed), ("nobody", "kettles", .notAllowed),
    ("admin", "pots", .inputMissing),
  ])
  func `Each kind of refusal has its exit code`(who: String, group: String, kind: Failure.Kind) async throws {
    try await PlatformUnderTest.run { platform in
      let path = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(900), version: "1.0.0").path
      let admin = try await platform.access(.admin)
      _ = try await platform.fileGroup(admin)
      let token = who == "admin" ? admin : who == "viewer" ? try await platform.access(.viewer) : "asvin_0"
      let failure = await #expect(throws: Failure.self) {
        try await Self.publish(platform, path, token: token, group: group)
      }
      #expect(failure?.kind == kind)
    }
  }

  @Test func `A platform that does not answer is reported as unreachable`() async throws {
    try await PlatformUnderTest.run { platform in
      let path = try TestBundles(scratch: platform.scratch).sign(TestBundles.noise(900), version: "1.0.0").path
      let failure = await #expect(throws: Failure.self) { try await Self.publish(platform, path, token: "x", port: 1) }
      #expect(failure?.kind == .unreachable)
    }
  }

  @Test func `A token is stored in a private file, and a token in the environment takes precedence`() throws {
    try Scratch.with { scratch in
      let credentials = Credentials(["XDG_CONFIG_HOME": scratch.folder])
      #expect(throws: Failure.self) { try credentials.token(for: "https://a.example") }
      try credentials.keep("one", for: "https://a.example/")
      try credentials.keep("two", for: "https://b.example")
      #expect(try credentials.token(for: "https://a.example") == "one")
      #expect(try scratch.permissions("asvin-pack/credentials.json") == 0o600)
      let variables = ["XDG_CONFIG_HOME": scratch.folder, "ASVIN_PACK_TOKEN": "three"]
      #expect(try Credentials(variables).token(for: "https://a.example") == "three")
    }
  }
}
