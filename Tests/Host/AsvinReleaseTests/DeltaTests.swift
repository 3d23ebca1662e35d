import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Patches between files", .usesScratch)
struct DeltaTests {
  static let old = SigningFixture.noise(5000, seed: 2)
  static let new: [UInt8] = Array(old[..<2000]) + SigningFixture.noise(50, seed: 3) + Array(old[2000...])

  static func with(_ body: (SigningFixture) throws -> Void) throws {
    try SigningFixture.with(image: new) { fixture in
      try fixture.scratch.write(old, to: "old.bin")
      try body(fixture)
    }
  }

  @Test func `A patch between two images gives the new one back`() throws {
    try Self.with { fixture in
      let report = try PatchCreation(from: "old.bin", to: "firmware.bin", output: "p").run(in: fixture.environment)
      #expect(report.size < 150)
      #expect(report.size == (try fixture.scratch.read("p").count))
      let applied = try PatchApplication(old: "old.bin", patch: "p", output: "r").run(in: fixture.environment)
      #expect(applied.size == Self.new.count)
      #expect(try fixture.scratch.read("r") == Self.new)
    }
  }

  @Test func `A result that is longer than allowed is refused, and leaves no file`() throws {
    try Self.with { fixture in
      _ = try PatchCreation(from: "old.bin", to: "firmware.bin", output: "p").run(in: fixture.environment)
      var application = PatchApplication(old: "old.bin", patch: "p", output: "r")
      application.maximum = UInt64(Self.new.count - 1)
      #expect(throws: Failure.self) { try application.run(in: fixture.environment) }
      #expect(throws: (any Error).self) { try fixture.scratch.read("r") }
    }
  }

  @Test func `A bundle can be given in place of its image`() throws {
    try Self.with { fixture in
      let newBundle = try fixture.sign().output
      let oldBundle = try fixture.sign("old.bin") { $0.release.version = "1.0.0" }.output
      _ = try PatchCreation(from: oldBundle, to: newBundle, output: "p").run(in: fixture.environment)
      _ = try PatchApplication(old: oldBundle, patch: "p", output: "r").run(in: fixture.environment)
      #expect(try fixture.scratch.read("r") == Self.new)
    }
  }

  @Test func `A release holds a patch from each base, and the compressed image`() throws {
    let text = Array(String(repeating: "the output of a device when it starts; ", count: 200).utf8)
    try SigningFixture.with(image: Self.new + text) { fixture in
      try fixture.scratch.write(Self.old + text, to: "old.bin")
      let oldBundle = try fixture.sign("old.bin") { $0.release.version = "1.0.0" }.output
      let report = try fixture.sign { $0.bases = ["old.bin", oldBundle] }
      #expect(report.patches.map(\.from) == [nil, "old.bin", oldBundle])
      // The image and the bundle are the same base.
      #expect(report.patches.map(\.isKept) == [true, true, false])
      let payloads = try #require(report.release.components.first?.payloads)
      #expect(payloads.map(\.kind) == ["image", "patch", "patch"])
      #expect(payloads[2].size < 150)
      let verification = BundleVerification(bundle: report.output, trust: [fixture.publicKey("ed25519")])
      _ = try Extraction(verification, slot: 0, output: "image", force: false).run(in: fixture.environment)
      #expect(try fixture.scratch.read("image") == Self.new + text)
    }
  }

  @Test func `A release without the compressed image holds the image and the patch`() throws {
    let text = Array(String(repeating: "the output of a device when it starts; ", count: 200).utf8)
    try SigningFixture.with(image: Self.new + text) { fixture in
      try fixture.scratch.write(Self.old + text, to: "old.bin")
      let report = try fixture.sign {
        $0.bases = ["old.bin"]
        $0.compressesImages = false
      }
      #expect(report.patches.map(\.from) == ["old.bin"])
      let payloads = try #require(report.release.components.first?.payloads)
      #expect(payloads.map(\.kind) == ["image", "patch"])
    }
  }

  @Test func `A release holds patches in place, with their feature bit, beside the compressed image`() throws {
    let text = Array(String(repeating: "text that a device prints at its start; ", count: 200).utf8)
    try SigningFixture.with(image: Self.new + text) { fixture in
      try fixture.scratch.write(Self.old + text, to: "old.bin")
      let report = try fixture.sign {
        $0.bases = ["old.bin"]
        $0.inPlace = InPlaceOptions(block: 1024, spare: 1)
      }
      #expect(report.patches.map { $0.inPlace?.spareBytes } == [nil, 1024])
      let payloads = try #require(report.release.components.first?.payloads)
      #expect(payloads.map(\.kind) == ["image", "patch", "patch"])
      #expect(payloads.map(\.inPlace) == [nil, nil, true])
      let verification = BundleVerification(bundle: report.output, trust: [fixture.publicKey("ed25519")])
      _ = try Extraction(verification, slot: 0, output: "image", force: false).run(in: fixture.environment)
      #expect(try fixture.scratch.read("image") == Self.new + text)
    }
  }

  @Test(arguments: [("64K", 30 << 10...40 << 10), ("32K", 12 << 10...28 << 10)])
  func `Without a profile, patches fit the memory of the template`(ram: String, memory: ClosedRange<Int>) throws {
    try SigningFixture.with(image: Self.new) { fixture in
      try fixture.scratch.write(Self.old, to: "old.bin")
      try fixture.scratch.write(Array("ram: \(ram)\nslots:\n  0:\n    size: 1M\n".utf8), to: "board.yaml")
      let report = try fixture.sign {
        $0.bases = ["old.bin"]
        $0.release.template = "./board.yaml"
      }
      #expect(report.patches.count == 2 && report.patches.allSatisfy { memory.contains($0.memory) })
    }
  }

  @Test func `A template with too little memory for any patch refuses a base, with the bytes`() throws {
    try SigningFixture.with(image: Self.new) { fixture in
      try fixture.scratch.write(Self.old, to: "old.bin")
      try fixture.scratch.write(Array("ram: 16K\nslots:\n  0:\n    size: 1M\n".utf8), to: "board.yaml")
      let failure = #expect(throws: Failure.self) {
        try fixture.sign {
          $0.bases = ["old.bin"]
          $0.release.template = "./board.yaml"
        }
      }
      #expect(failure?.message.contains("4128 for a block of its stream") == true)
      #expect(failure?.message.contains("16384") == true)
    }
  }

  @Test func `A patch in place for erase blocks that no flash has is refused`() throws {
    try SigningFixture.with(image: Self.new) { fixture in
      try fixture.scratch.write(Self.old, to: "old.bin")
      for (block, spare) in [(1000, 1), (128, 1), (4096, 0), (4096, 3)] as [(UInt64, UInt64)] {
        #expect(throws: Failure.self, "\(block) \(spare)") {
          try fixture.sign {
            $0.bases = ["old.bin"]
            $0.inPlace = InPlaceOptions(block: block, spare: spare)
          }
        }
      }
    }
  }

  @Test func `A patch that is not smaller than the image is left out, and the report states that`() throws {
    try Self.with { fixture in
      try fixture.scratch.write(SigningFixture.noise(4000, seed: 77), to: "other.bin")
      let report = try fixture.sign { $0.bases = ["other.bin"] }
      #expect(report.patches.map(\.isKept) == [false, false])
      #expect(report.release.components.first?.payloads.count == 1)
    }
  }

  @Test func `An empty base gives the compressed image, which unpacks to the complete image`() throws {
    try Self.with { fixture in
      try fixture.scratch.write([], to: "nothing")
      let report = try PatchCreation(from: "nothing", to: "firmware.bin", output: "p").run(in: fixture.environment)
      #expect(report.oldSize == 0)
      _ = try PatchApplication(old: "nothing", patch: "p", output: "r").run(in: fixture.environment)
      #expect(try fixture.scratch.read("r") == Self.new)
      #expect(throws: Failure.self) {
        try PatchCreation(from: "old.bin", to: "nothing", output: "q").run(in: fixture.environment)
      }
    }
  }

  @Test func `A slot that is too small for a patch in place is rejected`() throws {
    try Self.with { fixture in
      var creation = PatchCreation(from: "old.bin", to: "firmware.bin", output: "p")
      creation.inPlace = InPlaceOptions(memory: 4096, block: 1024, spare: 1)
      #expect(throws: Failure.self) { try creation.run(in: fixture.environment) }
      #expect(try !fixture.scratch.files().contains("p"))
      creation.inPlace = InPlaceOptions(memory: 8192, block: 1024, spare: 1)
      let report = try creation.run(in: fixture.environment)
      #expect(report.inPlace?.spareBytes == 1024)
    }
  }

  @Test func `A patch on the wrong base is rejected, and no file is left`() throws {
    try Self.with { fixture in
      _ = try PatchCreation(from: "old.bin", to: "firmware.bin", output: "p").run(in: fixture.environment)
      let before = try fixture.scratch.files()
      let failed = failure {
        _ = try PatchApplication(old: "firmware.bin", patch: "p", output: "r").run(in: fixture.environment)
      }
      #expect(failed?.kind == .rejected)
      #expect(failed?.message == "'p' cannot be applied: it is for another base at byte 2")
      #expect(try fixture.scratch.files() == before)
    }
  }

  @Test func `Every cut of a patch is rejected, and no file is left`() throws {
    try Self.with { fixture in
      _ = try PatchCreation(from: "old.bin", to: "firmware.bin", output: "p").run(in: fixture.environment)
      let patch = try fixture.scratch.read("p")
      for count in 0..<(patch.count - 4) {
        try fixture.scratch.write(Array(patch[..<count]), to: "p")
        let failed = failure {
          _ = try PatchApplication(old: "old.bin", patch: "p", output: "r").run(in: fixture.environment)
        }
        #expect(failed?.kind == .rejected, "\(count)")
        #expect(try !fixture.scratch.files().contains("r"))
      }
    }
  }

  @Test func `An existing file is kept, and a missing one is named`() throws {
    try Self.with { fixture in
      try fixture.scratch.write([1], to: "p")
      let kept = failure {
        _ = try PatchCreation(from: "old.bin", to: "firmware.bin", output: "p").run(in: fixture.environment)
      }
      #expect(kept?.kind == .cannotWrite)
      let missing = failure {
        _ = try PatchCreation(from: "none.bin", to: "firmware.bin", output: "q").run(in: fixture.environment)
      }
      #expect(missing?.kind == .inputMissing)
      #expect(try fixture.scratch.read("p") == [1])
    }
  }
}
