import AsvinHost
import AsvinBundle
import AsvinFixtures
import AsvinManifest
import Glibc
import Testing

@Suite("Writing bundles", .usesScratch)
struct WritingTests {
  @Test func `The same release is the same bytes, and they are those of the standard's layout`() throws {
    let release = try Release()
    let bytes = try release.bytes()
    #expect(try release.bytes() == bytes)
    #expect(bytes == Tape.bytes(release.tape))
  }

  @Test func `The tar command lists and extracts a bundle`() throws {
    try Scratch.with { scratch in
      let release = try Release()
      try scratch.write(release.bytes(), to: "bundle.asvin")
      try #require(unsafe system("cd '\(scratch.folder)' && tar -xf bundle.asvin && tar -tf bundle.asvin >list") == 0)
      let names = ["manifest.cbor", "signatures.cbor"] + release.members.map(\.name)
      #expect(try scratch.read("list") == Array(names.map { "\($0)\n" }.joined().utf8))
      for (member, content) in zip(release.members, release.contents) {
        #expect(try scratch.read(member.name) == content, "\(member.name)")
      }
    }
  }

  @Test(arguments: [[], [1], [UInt8](repeating: 0, count: 700)])
  func `A content that differs from its digest stops the writing`(content: [UInt8]) throws {
    let release = try Release()
    #expect(throws: BundleError.changedWhileRead(name: "payloads/0-image")) {
      try BundleWriter.write(
        manifest: release.manifest, signatureFile: release.signatureFile, members: release.members, to: MemorySink()
      ) { _ in content }
    }
  }

  /// A source whose size is larger than a ustar header can express.
  struct Endless: ByteSource {
    let size: UInt64 = 1 << 33
    func read(at offset: UInt64, count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
  }

  @Test func `A member of 2³³ bytes is over the limit, and is refused before it is read`() throws {
    let member = BundleMember(
      name: "payloads/0-image", role: .payload(component: 0, index: 0), size: 1 << 33, digest: Digest())
    let sink = MemorySink()
    #expect(throws: BundleError.overLimit(.memberBytes, name: member.name)) {
      try BundleWriter.write(manifest: [], signatureFile: [], members: [member], to: sink) { _ in Endless() }
    }
    #expect(sink.bytes.count < 1 << 17)
  }

  @Test func `Whichever write fails, the writing fails with the sink's error and never writes again`() throws {
    let release = try Release(sizes: [300_000, 200_000, 100, 0, 1])
    let complete = MemorySink()
    func write(to sink: MemorySink) throws {
      try BundleWriter.write(
        manifest: release.manifest, signatureFile: release.signatureFile, members: release.members, to: sink,
        content: release.content)
    }
    try write(to: complete)
    try #require(complete.writes > 3)
    for failing in 1...complete.writes {
      let sink = MemorySink(failing: failing)
      #expect(throws: BundleError.file(FileError(.write, "the sink", code: 28))) { try write(to: sink) }
      #expect(sink.writes == failing)
    }
  }
}
