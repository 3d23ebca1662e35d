import AsvinHost
import AsvinCrypto
package import AsvinFixtures
package import AsvinManifest
package import AsvinPatch
import AsvinRelease
import FoundationEssentials

/// Makes bundles that are signed with a test key.
package struct TestBundles {
  package static let keys = "\(Shared.projectFolder)/Keys/TEST-ONLY-"
  package static let vendor = Identifier.vendor(domain: "example.com")
  package static let board = Identifier.deviceClass("board", of: vendor)

  package let scratch: Scratch

  package init(scratch: Scratch) { self.scratch = scratch }

  /// Signs an image.
  ///
  /// - Parameter bases: the bundles from which patches are made.
  package func sign(
    _ image: [UInt8], version: String, key: String = "ed25519", from bases: [String] = [],
    profile: Profile? = nil
  ) throws -> (path: String, bytes: [UInt8]) {
    let file = "image-\(version)-\(key).bin"
    try scratch.write(image, to: file)
    var options = ReleaseOptions(file: file)
    (options.name, options.version, options.vendor, options.deviceClass) = ("kettle", version, "example.com", "board")
    // Lint questions a compressed image, which is normal for a gateway.
    if image.starts(with: [0x1F, 0x8B]) { options.allowed = [.format] }
    var signing = Signing(options)
    signing.keys = [KeyReference("\(Self.keys)\(key).pem", from: "/")]
    signing.output = "kettle-\(version)-\(key).asvin"
    signing.bases = bases
    signing.profile = profile
    signing.force = true
    let output = try signing.run(in: Environment(folder: scratch.folder)).output
    return (output, try scratch.read(output))
  }

  package static func publicKey(_ name: String = "ed25519") throws -> String {
    try Shared.projectText("Keys/TEST-ONLY-\(name).pub.pem")
  }

  package static func digest(_ bytes: [UInt8]) -> String { SHA256.digest(of: bytes.span).hexadecimal }

  /// Returns pseudorandom bytes.
  package static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }
}
