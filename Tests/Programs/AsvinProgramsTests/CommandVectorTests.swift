import AsvinBundle
import AsvinFixtures
import AsvinHost
import AsvinManifest
import Testing

/// The envelopes of an independent encoder, in bundles that the command line verifies.
@Suite("Envelopes of another encoder, on the command line", .usesScratch)
struct CommandVectorTests {
  /// The image that the manifests of the vectors describe; see `Tests/Vectors/encoding.py`.
  private static let image = Array("an image of a firmware\n".utf8)

  /// The vectors whose first item is a manifest: a bundle can hold only these, because it stores the manifest apart.
  static let storable = Vector.all("envelope").filter { parts(of: $0.bytes) != nil }

  /// Takes an envelope apart as a bundle stores it.
  private static func parts(of envelope: [UInt8]) -> (manifest: [UInt8], signatures: [UInt8])? {
    guard envelope.count > 4, (0xA1...0xB7).contains(envelope[0]), envelope[1] == 1 else { return nil }
    let (start, size): (Int, Int)
    switch envelope[2] {
    case 0x40...0x57: (start, size) = (3, Int(envelope[2]) - 0x40)
    case 0x58: (start, size) = (4, Int(envelope[3]))
    case 0x59: (start, size) = (5, Int(envelope[3]) << 8 | Int(envelope[4]))
    default: return nil
    }
    guard start + size <= envelope.count else { return nil }
    return (Array(envelope[start..<start + size]), [envelope[0] - 1] + envelope[(start + size)...])
  }

  @Test func `Most vectors can be stored in a bundle`() {
    #expect(Self.storable.count >= 55)
  }

  @Test(arguments: storable)
  func `asvin-pack verify gives each envelope the reason in its file`(vector: Vector) throws {
    struct Answer: Decodable {
      let reason: String
      let code: Int
    }
    try Bench.with { scratch in
      let parts = try #require(Self.parts(of: vector.bytes))
      let manifest = try? Manifest(decoding: parts.manifest)  // a malformed manifest names no members
      let members = (manifest?.members ?? []).filter { $0.size == UInt64(Self.image.count) }
      let file = try OutputFile(scratch.path("vector.asvin"), durability: .remade)
      try BundleWriter.write(
        manifest: parts.manifest, signatureFile: parts.signatures, members: members, to: file
      ) { _ in Self.image }
      try file.commit()
      let run = try ProgramRun(
        "verify vector.asvin --trust ed25519.pub.pem --trust ecdsa-p256.pub.pem --vendor example.com --class board "
          + "--floor 6 --base-sequence 6 --json", in: scratch)
      let answer = try run.json(Answer.self)
      #expect([answer.reason, "\(answer.code)"] == vector.expected, "\(run.errors)")
      #expect(run.exitCode == (answer.code == 0 ? 0 : 65))
    }
  }
}
