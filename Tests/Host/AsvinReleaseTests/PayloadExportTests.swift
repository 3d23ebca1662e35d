import AsvinBundle
import AsvinCrypto
import AsvinFixtures
import AsvinHost
import AsvinManifest
import AsvinRelease
import AsvinVerifier
import FoundationEssentials
import Testing

@Suite("What a device receives", .usesScratch)
struct PayloadExportTests {
  static let old = SigningFixture.noise(60_000)
  /// The old image with 9000 new bytes, so that the patch has several blocks.
  static let new = Array(old[..<30_000]) + SigningFixture.noise(9000, seed: 2) + Array(old[30_000...])

  /// Runs a test in a folder with a release of two images, the second with a patch from the first.
  private func released(_ name: String = #function, _ body: (SigningFixture) throws -> Void) throws {
    try SigningFixture.using(name, image: Self.old) { fixture in
      try fixture.scratch.write(Self.new, to: "new.bin")
      try fixture.sign { $0.output = "old.asvin" }
      try fixture.sign("new.bin") {
        $0.release.version = "1.2.4"
        $0.bases = ["firmware.bin"]
        $0.output = "new.asvin"
      }
      try body(fixture)
    }
  }

  private func export(
    _ bundle: String = "new.asvin", in fixture: SigningFixture, _ change: (inout PayloadExport) -> Void = { _ in }
  ) throws -> ExportReport {
    let verification = BundleVerification(bundle: bundle, trust: [fixture.publicKey("ed25519")])
    var export = PayloadExport(verification, to: .one(envelope: "envelope", stream: "stream"))
    change(&export)
    return try #require(export.run(in: fixture.environment).first)
  }

  private func exists(_ name: String, in fixture: SigningFixture) -> Bool {
    FileManager.default.fileExists(atPath: fixture.scratch.path(name))
  }

  @Test func `The envelope verifies, and the stream of an image is the image`() throws {
    try released { fixture in
      let report = try export(in: fixture)
      let key = try fixture.publicKey("ed25519").publicKey(in: fixture.environment)
      let release = try Acceptance(trust: [key]).verify(fixture.scratch.read("envelope"))
      #expect(release.manifest.sequence == report.sequence && report.sequence == 1 << 24 | 2 << 12 | 4)
      #expect(try fixture.scratch.read("stream") == Self.new)
      #expect(report.kind == "image" && !report.isSealed && report.payload == 0)
    }
  }

  /// Checks that the stream is a chain of blocks which begins with the signed link and holds the payload.
  private func checkChain(_ report: ExportReport, in fixture: SigningFixture) throws {
    let key = try fixture.publicKey("ed25519").publicKey(in: fixture.environment)
    let release = try Acceptance(trust: [key]).verify(fixture.scratch.read("envelope"))
    let payload = release.manifest.components[0].payloads[report.payload]
    let seal = try #require(payload.seal)
    var stream = try fixture.scratch.read("stream")[...]
    #expect(UInt64(stream.count) == report.streamBytes)
    var (link, content, left) = (seal.firstLink, [UInt8](), payload.size)
    var blocks = 0
    while left > 0 {
      let chunk = min(left, 1 << seal.chunk)
      left -= chunk
      let block = Array(stream.prefix(Int(chunk) + (left > 0 ? 32 : 0)))
      stream = stream.dropFirst(block.count)
      #expect(SHA256.digest(of: block.span) == link)
      content += block.prefix(Int(chunk))
      if left > 0 { link = Digest { block[Int(chunk) + $0] } }
      blocks += 1
    }
    #expect(blocks > 2 && stream.isEmpty && SHA256.digest(of: content.span) == payload.digest)
  }

  @Test func `The stream of a patch is a chain of blocks that begins with the signed link`() throws {
    try released { fixture in
      let report = try export(in: fixture) { $0.base = "firmware.bin" }
      #expect(report.kind == "patch" && report.isSealed)
      try checkChain(report, in: fixture)
    }
  }

  @Test func `The stream of an image that was sealed is such a chain`() throws {
    try SigningFixture.using(#function, image: Self.old) { fixture in
      try fixture.sign {
        $0.sealsImages = true
        $0.output = "sealed.asvin"
      }
      let report = try export("sealed.asvin", in: fixture)
      #expect(report.kind == "image" && report.isSealed && report.payload == 0)
      try checkChain(report, in: fixture)
    }
  }

  @Test func `A base in a bundle chooses the same patch as its image`() throws {
    try released { fixture in
      let first = try export(in: fixture) { $0.base = "firmware.bin" }
      let second = try export(in: fixture) {
        $0.base = "old.asvin"
        $0.force = true
      }
      #expect(first.payload == second.payload)
    }
  }

  @Test func `A payload is chosen by its number`() throws {
    try released { fixture in
      let patch = try export(in: fixture) { $0.base = "firmware.bin" }
      let bytes = try fixture.scratch.read("stream")
      let again = try export(in: fixture) {
        $0.payload = patch.payload
        $0.force = true
      }
      #expect(again.streamBytes == patch.streamBytes)
      #expect(try fixture.scratch.read("stream") == bytes)
    }
  }

  @Test(
    arguments: [
      ("firmware.bin", nil, 0, "old.asvin", Failure.Kind.usage), ("new.bin", nil, 0, "old.asvin", .inputMissing),
      (nil, 9, 0, "new.asvin", .inputMissing), (nil, -1, 0, "new.asvin", .inputMissing),
      (nil, nil, 3, "new.asvin", .inputMissing), ("firmware.bin", 1, 0, "new.asvin", .usage),
      (nil, nil, 0, "none.asvin", .inputMissing),
    ] as [(base: String?, payload: Int?, slot: UInt64, bundle: String, kind: Failure.Kind)])
  func `A payload that the bundle does not hold is refused, and no file exists`(
    call: (base: String?, payload: Int?, slot: UInt64, bundle: String, kind: Failure.Kind)
  ) throws {
    try released { fixture in
      let error = #expect(throws: Failure.self) {
        _ = try export(call.bundle, in: fixture) {
          ($0.base, $0.payload, $0.slot) = (call.base, call.payload, call.slot)
        }
      }
      #expect(error?.kind == call.kind, "\(error?.message ?? "")")
      #expect(!exists("envelope", in: fixture) && !exists("stream", in: fixture))
    }
  }

  @Test func `Every changed byte of the bundle is refused, and no file exists`() throws {
    try SigningFixture.using(image: SigningFixture.noise(40)) { fixture in
      try fixture.sign { $0.output = "b.asvin" }
      let bundle = try fixture.scratch.read("b.asvin")
      for place in bundle.indices {
        var changed = bundle
        changed[place] ^= 1
        try fixture.scratch.write(changed, to: "c.asvin")
        let error = #expect(throws: Failure.self, "byte \(place)") { _ = try export("c.asvin", in: fixture) }
        #expect(error?.kind == .rejected, "byte \(place)")
      }
      #expect(!exists("envelope", in: fixture) && !exists("stream", in: fixture))
    }
  }

  @Test(arguments: ["envelope", "stream"])
  func `If one of the files exists, the other one is not written`(taken: String) throws {
    try released { fixture in
      try fixture.scratch.write([1], to: taken)
      let error = #expect(throws: Failure.self) { _ = try export(in: fixture) }
      #expect(error?.kind == .cannotWrite)
      #expect(try fixture.scratch.read(taken) == [1])
      #expect(!exists(taken == "stream" ? "envelope" : "stream", in: fixture))
    }
  }

  @Test func `All payloads of a release are written under their numbers`() throws {
    try released { fixture in
      try FileManager.default.createDirectory(
        atPath: fixture.scratch.path("update"), withIntermediateDirectories: false)
      let verification = BundleVerification(bundle: "new.asvin", trust: [fixture.publicKey("ed25519")])
      let reports = try PayloadExport(verification, to: .all(folder: "update")).run(in: fixture.environment)
      #expect(reports.map(\.stream) == reports.indices.map { "update/stream-\($0)" })
      #expect(reports.map(\.kind).first == "image" && reports.map(\.kind).last == "patch")
      for report in reports {
        _ = try export(in: fixture) {
          $0.payload = report.payload
          $0.force = true
        }
        #expect(try fixture.scratch.read(report.stream) == fixture.scratch.read("stream"))
      }
      #expect(try fixture.scratch.read("update/envelope") == fixture.scratch.read("envelope"))
    }
  }

  @Test func `If one of many files exists, no other one is written`() throws {
    try released { fixture in
      try FileManager.default.createDirectory(
        atPath: fixture.scratch.path("update"), withIntermediateDirectories: false)
      try fixture.scratch.write([1], to: "update/stream-1")
      let verification = BundleVerification(bundle: "new.asvin", trust: [fixture.publicKey("ed25519")])
      let error = #expect(throws: Failure.self) {
        _ = try PayloadExport(verification, to: .all(folder: "update")).run(in: fixture.environment)
      }
      #expect(error?.kind == .cannotWrite)
      #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.scratch.path("update")) == ["stream-1"])
    }
  }

  @Test func `A stream can be written without the envelope`() throws {
    try released { fixture in
      let report = try export(in: fixture) { $0.files = .one(envelope: nil, stream: "stream") }
      #expect(report.envelope == nil && exists("stream", in: fixture) && !exists("envelope", in: fixture))
    }
  }

  @Test func `Both files at one place are refused`() throws {
    try released { fixture in
      let error = #expect(throws: Failure.self) {
        _ = try export(in: fixture) {
          $0.files = .one(envelope: "envelope", stream: "./envelope")
        }
      }
      #expect(error != nil && !exists("envelope", in: fixture))
    }
  }
}
