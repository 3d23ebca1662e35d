import AsvinHost
import AsvinCrypto
import AsvinFixtures
import AsvinManifest
import Testing

@testable import AsvinRelease

@Suite("The number of signatures of a release")
struct SignatureLimitTests {
  @Test(arguments: [8, 9]) func `Eight keys sign a release, and a ninth is a usage error`(count: Int) throws {
    let keys = try (0..<count).map { _ in try PrivateKey.generate(.ed25519) }
    let manifest = try FaultySignerTests.manifest()
    let found = failure { _ = try SignedManifest(manifest, with: keys) }
    #expect(found?.kind == (count <= Int(Limit.signatures.value) ? nil : .usage))
  }
}
