import AsvinHost
import AsvinFixtures
import AsvinRelease
import AsvinVerifier

/// A folder in which a firmware is signed: a project file, a key, an image.
struct SigningFixture {
  let scratch: Scratch
  var environment: Environment

  static let keys = "\(Shared.projectFolder)/Keys/TEST-ONLY-"
  static let blink = "\(Shared.projectFolder)/Tests/Firmware/esp-ota-blink/esp-ota-blink.bin"

  /// Runs a test in a fixture whose image is random bytes.
  static func with(
    _ name: String = #function, project: String? = defaultProject, image: [UInt8] = SigningFixture.noise(700),
    _ body: (inout SigningFixture) throws -> Void
  ) throws {
    try Scratch.with(name) { scratch in
      var fixture = SigningFixture(scratch: scratch, environment: Environment(folder: scratch.folder))
      if let project { try scratch.write(Array(project.utf8), to: ProjectFile.fileName) }
      try scratch.write(image, to: "firmware.bin")
      try body(&fixture)
    }
  }

  /// As ``with(_:project:image:_:)``, for a test that leaves the fixture as it is.
  static func using(
    _ name: String = #function, project: String? = defaultProject, image: [UInt8] = SigningFixture.noise(700),
    _ body: (SigningFixture) throws -> Void
  ) throws {
    try with(name, project: project, image: image) { try body($0) }
  }

  static let defaultProject = """
    vendor: example.com
    class: board
    version: 1.2.3
    keys: \(keys)ed25519.pem
    """

  /// Bytes that look like nothing, the same each time.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }

  func key(_ name: String) -> KeyReference { KeyReference("\(Self.keys)\(name).pem", from: "/") }

  func publicKey(_ name: String) -> KeyReference { key("\(name).pub") }

  @discardableResult
  func sign(_ file: String = "firmware.bin", _ change: (inout Signing) -> Void = { _ in }) throws -> SignReport {
    var signing = Signing(ReleaseOptions(file: file))
    change(&signing)
    return try signing.run(in: environment)
  }

  func verify(_ bundle: String, _ change: (inout BundleVerification) -> Void = { _ in }) throws -> Verdict {
    var verification = BundleVerification(bundle: bundle, trust: [publicKey("ed25519")])
    change(&verification)
    return try verification.run(in: environment)
  }

  func rules(_ change: (inout ReleaseOptions) -> Void = { _ in }) throws -> [LintRule] {
    try lint("firmware.bin", change).map(\.rule)
  }

  func lint(_ file: String = "firmware.bin", _ change: (inout ReleaseOptions) -> Void = { _ in }) throws
    -> [LintFinding]
  {
    var options = ReleaseOptions(file: file)
    change(&options)
    return try Lint(options).run(in: environment).findings
  }

  func publish(_ bundle: String, _ change: (inout Publication) -> Void = { _ in }) throws -> Receipt {
    var publication = Publication(
      bundle: bundle, group: "group", destination: "dir:releases", trust: [publicKey("ed25519")], dryRun: false)
    change(&publication)
    return try publication.run(in: environment)
  }
}

/// The failure of something that must fail.
func failure(_ body: () throws -> Void) -> Failure? {
  do {
    try body()
    return nil
  } catch {
    return error as? Failure
  }
}
