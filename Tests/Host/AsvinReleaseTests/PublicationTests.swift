import AsvinHost
import AsvinBundle
import AsvinFixtures
import AsvinRelease
import AsvinVerifier
import Testing

@Suite("Publishing to a folder", .usesScratch)
struct PublicationTests {
  static func index(_ workshop: Workshop) throws -> String {
    String(decoding: try workshop.scratch.read("releases/groups/group.json"), as: UTF8.self)
  }

  static func objects(_ workshop: Workshop) throws -> [String] {
    try workshop.scratch.files().filter { $0.hasPrefix("releases/objects/sha256/") && $0.count > 80 }
  }

  @Test("A bundle lies under its digest, and in the index")
  func published() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      let receipt = try workshop.publish(output)
      #expect(receipt.result == .published && receipt.signatureChecked)
      let objects = try Self.objects(workshop)
      #expect(objects == ["releases/objects/sha256/\(receipt.release.bundle.prefix(2))/\(receipt.release.bundle)"])
      #expect(try workshop.scratch.read(objects[0]) == workshop.scratch.read(output))
      #expect(try Self.index(workshop).contains(receipt.release.bundle))
    }
  }

  @Test("The same bundle again changes nothing, and succeeds")
  func idempotent() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      _ = try workshop.publish(output)
      let before = try Self.index(workshop)
      #expect(try workshop.publish(output).result == .alreadyPublished)
      #expect(try Self.index(workshop) == before)
    }
  }

  @Test("A sequence number that does not rise is refused")
  func sequence() throws {
    try Workshop.with { workshop in
      let (first, second) = try (
        workshop.sign { $0.release.version = "2.0.0" }.output, workshop.sign { $0.release.version = "1.9.0" }.output
      )
      _ = try workshop.publish(first)
      let before = try Self.index(workshop)
      #expect(failure { _ = try workshop.publish(second) }?.reason == .sequenceNotAboveFloor)
      #expect(try Self.index(workshop) == before)
    }
  }

  @Test("A version that is published already with other bytes is refused")
  func sameVersion() throws {
    try Workshop.with { workshop in
      let first = try workshop.sign { $0.output = "a" }.output
      try workshop.scratch.write(Workshop.noise(50, seed: 9), to: "firmware.bin")
      let second = try workshop.sign {
        $0.output = "b"
        $0.release.sequence = 1 << 30
      }.output
      _ = try workshop.publish(first)
      let failed = failure { _ = try workshop.publish(second) }
      #expect(failed?.kind == .rejected)
      #expect(failed?.message.contains("already published") == true)
    }
  }

  @Test("Two classes share a group, each with its own sequence")
  func classes() throws {
    try Workshop.with { workshop in
      let first = try workshop.sign { $0.output = "a" }.output
      let second = try workshop.sign {
        $0.output = "b"
        $0.release.deviceClass = "other"
      }.output
      _ = try workshop.publish(first)
      #expect(try workshop.publish(second).result == .published)
    }
  }

  @Test("A dry run checks everything and writes nothing")
  func dryRun() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      let before = try workshop.scratch.files()
      #expect(try workshop.publish(output) { $0.dryRun = true }.result == .wouldPublish)
      #expect(try workshop.scratch.files() == before)
    }
  }

  @Test("A bundle of a key that is not trusted is refused, and nothing is written")
  func untrusted() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      let other = workshop.publicKey("ecdsa-p256")
      let before = try workshop.scratch.files()
      #expect(failure { _ = try workshop.publish(output) { $0.trust = [other] } }?.reason == .untrustedKey)
      #expect(try workshop.scratch.files() == before)
    }
  }

  @Test("Without a key to trust the receipt says that the signature was not checked")
  func noTrust() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      #expect(try !workshop.publish(output) { $0.trust = [] }.signatureChecked)
    }
  }

  @Test("While one publisher works, another gets a clear error and loses nothing")
  func twoAtOnce() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      try FileSystem.makeFolder(workshop.scratch.path("releases/groups"))
      let held = try #require(try FolderLock(workshop.scratch.path("releases/groups/.group.lock")))
      let failed = failure { _ = try workshop.publish(output) }
      #expect(failed?.message.contains("another publisher") == true)
      held.release()
      #expect(try workshop.publish(output).result == .published)
    }
  }

  @Test("An object that was damaged since is put back by publishing again")
  func repaired() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      _ = try workshop.publish(output)
      let object = try #require(try Self.objects(workshop).first)
      try workshop.scratch.write([0], to: object)
      #expect(try workshop.publish(output).result == .alreadyPublished)
      #expect(try workshop.scratch.read(object) == workshop.scratch.read(output))
    }
  }

  @Test("A damaged index stops publishing, and is left as it is")
  func damagedIndex() throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      _ = try workshop.publish(output)
      try workshop.scratch.write(Array("{".utf8), to: "releases/groups/group.json")
      #expect(failure { _ = try workshop.publish(output) }?.kind == .failed)
      #expect(try Self.index(workshop) == "{")
    }
  }

  @Test("A group name that would leave its folder is refused", arguments: ["../x", "a/b", "", ".hidden"])
  func groupNames(name: String) throws {
    try Workshop.with { workshop in
      let output = try workshop.sign().output
      #expect(failure { _ = try workshop.publish(output) { $0.group = name } }?.kind == .usage)
    }
  }
}
