import AsvinHost
import AsvinBundle
import AsvinFixtures
import AsvinRelease
import AsvinVerifier
import Testing

@Suite("Publishing to a folder", .usesScratch)
struct PublicationTests {
  static func index(_ fixture: SigningFixture) throws -> String {
    String(decoding: try fixture.scratch.read("releases/groups/group.json"), as: UTF8.self)
  }

  static func objects(_ fixture: SigningFixture) throws -> [String] {
    try fixture.scratch.files().filter { $0.hasPrefix("releases/objects/sha256/") && $0.count > 80 }
  }

  @Test func `A bundle is stored under its digest, and listed in the index`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      let receipt = try fixture.publish(output)
      #expect(receipt.result == .published && receipt.signatureChecked)
      let objects = try Self.objects(fixture)
      #expect(objects == ["releases/objects/sha256/\(receipt.release.bundle.prefix(2))/\(receipt.release.bundle)"])
      #expect(try fixture.scratch.read(objects[0]) == fixture.scratch.read(output))
      #expect(try Self.index(fixture).contains(receipt.release.bundle))
    }
  }

  @Test(arguments: [true, false])
  func `A bundle is read at most twice: to verify it and to copy it`(isTrusted: Bool) throws {
    try SigningFixture.with(image: SigningFixture.noise(300_000)) { fixture in
      let output = try fixture.sign().output
      let before = fixture.environment.inputs.bytesRead
      let receipt = try fixture.publish(output) { if !isTrusted { $0.trust = [] } }
      let size = Int(receipt.release.size)
      let read = fixture.environment.inputs.bytesRead - before
      #expect((2 * size...2 * size + 16_384).contains(read), "\(read) bytes of \(size)")
    }
  }

  @Test func `The same bundle again changes nothing, and succeeds`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      _ = try fixture.publish(output)
      let before = try Self.index(fixture)
      #expect(try fixture.publish(output).result == .alreadyPublished)
      #expect(try Self.index(fixture) == before)
    }
  }

  @Test func `A sequence number that does not rise is refused`() throws {
    try SigningFixture.with { fixture in
      let (first, second) = try (
        fixture.sign { $0.release.version = "2.0.0" }.output, fixture.sign { $0.release.version = "1.9.0" }.output
      )
      _ = try fixture.publish(first)
      let before = try Self.index(fixture)
      #expect(failure { _ = try fixture.publish(second) }?.reason == .sequenceNotAboveFloor)
      #expect(try Self.index(fixture) == before)
    }
  }

  @Test func `A version that is published already with other bytes is refused`() throws {
    try SigningFixture.with { fixture in
      let first = try fixture.sign { $0.output = "a" }.output
      try fixture.scratch.write(SigningFixture.noise(50, seed: 9), to: "firmware.bin")
      let second = try fixture.sign {
        $0.output = "b"
        $0.release.sequence = 1 << 30
      }.output
      _ = try fixture.publish(first)
      let failed = failure { _ = try fixture.publish(second) }
      #expect(failed?.kind == .rejected)
      #expect(failed?.message.contains("already published") == true)
    }
  }

  @Test func `Two classes share a group, each with its own sequence`() throws {
    try SigningFixture.with { fixture in
      let first = try fixture.sign { $0.output = "a" }.output
      let second = try fixture.sign {
        $0.output = "b"
        $0.release.deviceClass = "other"
      }.output
      _ = try fixture.publish(first)
      #expect(try fixture.publish(second).result == .published)
    }
  }

  @Test func `A dry run checks everything and writes nothing`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      let before = try fixture.scratch.files()
      #expect(try fixture.publish(output) { $0.dryRun = true }.result == .wouldPublish)
      #expect(try fixture.scratch.files() == before)
    }
  }

  @Test func `A bundle of a key that is not trusted is refused, and nothing is written`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      let other = fixture.publicKey("ecdsa-p256")
      let before = try fixture.scratch.files()
      #expect(failure { _ = try fixture.publish(output) { $0.trust = [other] } }?.reason == .untrustedKey)
      #expect(try fixture.scratch.files() == before)
    }
  }

  @Test func `Without a key to trust, the receipt states that the signature was not checked`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      #expect(try !fixture.publish(output) { $0.trust = [] }.signatureChecked)
    }
  }

  @Test func `While one publisher works, another gets a clear error and loses nothing`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      try FileSystem.makeFolder(fixture.scratch.path("releases/groups"))
      let held = try #require(try FolderLock(fixture.scratch.path("releases/groups/.group.lock")))
      let failed = failure { _ = try fixture.publish(output) }
      #expect(failed?.message.contains("another publisher") == true)
      held.release()
      #expect(try fixture.publish(output).result == .published)
    }
  }

  @Test func `An object that was damaged since is put back by publishing again`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      _ = try fixture.publish(output)
      let object = try #require(try Self.objects(fixture).first)
      try fixture.scratch.write([0], to: object)
      #expect(try fixture.publish(output).result == .alreadyPublished)
      #expect(try fixture.scratch.read(object) == fixture.scratch.read(output))
    }
  }

  @Test func `A damaged index stops publishing, and is left as it is`() throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      _ = try fixture.publish(output)
      try fixture.scratch.write(Array("{".utf8), to: "releases/groups/group.json")
      #expect(failure { _ = try fixture.publish(output) }?.kind == .failed)
      #expect(try Self.index(fixture) == "{")
    }
  }

  @Test(arguments: ["../x", "a/b", "", ".hidden"])
  func `A group name that would leave its folder is refused`(name: String) throws {
    try SigningFixture.with { fixture in
      let output = try fixture.sign().output
      #expect(failure { _ = try fixture.publish(output) { $0.group = name } }?.kind == .usage)
    }
  }
}
