// swift-tools-version: 6.2
import PackageDescription

// Four wings, by where code runs. A target imports only targets that are declared before it: `scripts/check` proves it.

let language: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Functions that return a `Span` of what they are called on.
let lending: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

/// Optimised in development builds as well, because cryptography and patches are 50 times slower otherwise.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// For targets that use the generic code of an outside library: Swift 6.3 cannot read back what optimising across modules
/// makes of it.
let separate: [SwiftSetting] = [.unsafeFlags(["-disable-cmo"])]

/// Swift's libraries as a part of the program, which needs a fifth less time for a poll: calls of the runtime do not go through
/// tables. Tests cannot depend on such a program, because their own libraries need the shared ones.
let contained: [LinkerSetting] =
  // lld, because gold warns of a function in Foundation.
  [.unsafeFlags(["-static-stdlib", "-use-ld=lld"])]
  + ["CoreFoundation", "_FoundationICU", "_FoundationCShims", "_FoundationCollections"].map { .linkedLibrary($0) }

extension Target {
  /// Code of a microcontroller: it compiles as Embedded Swift too.
  static func device(
    _ name: String, _ dependencies: [Dependency] = [], exclude: [String] = [], _ settings: [SwiftSetting] = optimised
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/Device/\(name)", exclude: exclude,
      swiftSettings: language + lending + settings)
  }

  /// Code of a build server or a gateway.
  static func host(
    _ name: String, _ dependencies: [Dependency], resources: [Resource]? = nil, _ settings: [SwiftSetting] = [],
    linking: [LinkerSetting]? = nil
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/Host/\(name)", resources: resources,
      swiftSettings: language + lending + settings, linkerSettings: linking)
  }

  /// Code of the platform, or of a program that calls it.
  static func platform(
    _ name: String, _ dependencies: [Dependency] = [], resources: [Resource]? = nil, _ settings: [SwiftSetting] = []
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: "Sources/Platform/\(name)", resources: resources,
      swiftSettings: language + lending + settings)
  }

  /// A program: one file for each verb.
  static func program(_ name: String, _ dependencies: [Dependency], _ linking: [LinkerSetting] = []) -> Target {
    .executableTarget(
      name: name, dependencies: ["AsvinPrograms"] + dependencies + [.argumentParser], path: "Sources/Programs/\(name)",
      swiftSettings: language, linkerSettings: linking)
  }

  /// A C library of Debian.
  static func library(_ name: String, package: String) -> Target {
    .systemLibrary(name: name, path: "Sources/Libraries/\(name)", providers: [.apt([package])])
  }

  /// The tests of one target.
  static func tests(_ wing: String, _ name: String, _ dependencies: [Dependency], exclude: [String] = []) -> Target {
    .testTarget(
      name: name, dependencies: dependencies + ["AsvinFixtures"], path: "Tests/\(wing)/\(name)", exclude: exclude,
      swiftSettings: language + lending)
  }
}

extension Target.Dependency {
  static let argumentParser = Self.product(name: "ArgumentParser", package: "swift-argument-parser")
  static let asyncHTTPClient = Self.product(name: "AsyncHTTPClient", package: "async-http-client")
  static let grdb = Self.product(name: "GRDB", package: "GRDB.swift")
  static let hummingbird = Self.product(name: "Hummingbird", package: "hummingbird")
  static let nioHTTP2 = Self.product(name: "NIOHTTP2", package: "swift-nio-http2")
  static let nioHTTPTypesHTTP2 = Self.product(name: "NIOHTTPTypesHTTP2", package: "swift-nio-extras")
  static let nioSSL = Self.product(name: "NIOSSL", package: "swift-nio-ssl")
  static let mustache = Self.product(name: "Mustache", package: "swift-mustache")
  static let jwtKit = Self.product(name: "JWTKit", package: "jwt-kit")
}

let libraries: [Target] = [
  .library("CAsvinArchive", package: "libarchive-dev"),
  .library("CAsvinSuffix", package: "libdivsufsort-dev"),
  .library("CAsvinYAML", package: "libyaml-dev"),
  .library("CAsvinZlib", package: "zlib1g-dev"),
  .target(
    name: "CAsvinOpenSSL", path: "Sources/Libraries/CAsvinOpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
  .target(name: "CAsvinSystem", path: "Sources/Libraries/CAsvinSystem"),
]

let deviceWing: [Target] = [
  .device("AsvinManifest", exclude: ["manifest.cddl"]),
  .device("AsvinVerifier", ["AsvinManifest"]),
  .device("AsvinDeviceCrypto", ["AsvinVerifier", "AsvinManifest"]),
  .device("AsvinPatch"),
  .device("AsvinInstaller", ["AsvinPatch", "AsvinVerifier", "AsvinManifest"], []),
  .target(name: "CAsvinDevice", path: "Sources/Device/CAsvinDevice"),
  .device(
    "AsvinDeviceC", ["CAsvinDevice", "AsvinInstaller", "AsvinDeviceCrypto", "AsvinVerifier", "AsvinManifest"], []),
]

let hostWing: [Target] = [
  .host("AsvinHost", ["CAsvinSystem", "AsvinVerifier", "AsvinManifest"]),
  .host("AsvinCrypto", ["CAsvinOpenSSL", "AsvinHost", "AsvinVerifier", "AsvinManifest"]),
  .host("AsvinImage", ["AsvinCrypto", "AsvinHost", "AsvinManifest"]),
  .host(
    "AsvinBundle", ["CAsvinArchive", "AsvinCrypto", "AsvinHost", "AsvinVerifier", "AsvinManifest"],
    // The archive, not the shared object: that loads twelve more libraries, for formats that we never read.
    linking: [.linkedLibrary(":libarchive.a")]),
  .host(
    "AsvinPatchHost", ["AsvinCrypto", "AsvinHost", "AsvinInstaller", "AsvinPatch", "AsvinManifest", "CAsvinZlib"],
    optimised),
  .host(
    "AsvinPatchBuilder",
    ["AsvinPatchHost", "AsvinCrypto", "AsvinHost", "AsvinInstaller", "AsvinPatch", "AsvinManifest", "CAsvinSuffix"],
    optimised),
  .host(
    "AsvinRelease",
    [
      "AsvinBundle", "AsvinPatch", "AsvinPatchBuilder", "AsvinPatchHost", "AsvinImage", "AsvinCrypto", "AsvinHost",
      "AsvinVerifier",
      "AsvinManifest", "CAsvinYAML",
    ],
    resources: [.embedInCode("Templates")]),
]

let platformWing: [Target] = [
  .platform("AsvinPlatformAPI", ["AsvinHost", "AsvinCrypto", "AsvinManifest"]),
  .platform(
    "AsvinPlatformClient",
    [
      "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinHost", "AsvinVerifier", "AsvinCrypto", "AsvinManifest",
      .asyncHTTPClient,
    ], separate),
  .platform(
    "AsvinAgent",
    [
      "AsvinPlatformClient", "AsvinPlatformAPI", "AsvinBundle", "AsvinHost", "AsvinPatchHost",
      "AsvinCrypto",
      "AsvinInstaller", "AsvinDeviceCrypto", "AsvinVerifier", "AsvinManifest",
    ]),
  .platform(
    "AsvinPlatform",
    [
      "AsvinPlatformAPI", "AsvinBundle", "AsvinHost", "AsvinImage", "AsvinCrypto", "AsvinVerifier", "AsvinManifest",
    ]),
  .platform(
    "AsvinPlatformStore",
    ["AsvinPlatform", "AsvinPlatformAPI", "AsvinBundle", "AsvinHost", "AsvinCrypto", "AsvinManifest", .grdb], separate),
  .platform(
    "AsvinPlatformPages", ["AsvinPlatformAPI", "AsvinHost", "AsvinCrypto", "AsvinManifest", .mustache],
    resources: [.embedInCode("Resources")]),
  .platform(
    "AsvinPlatformServer",
    [
      "AsvinPlatformPages", "AsvinPlatform", "AsvinPlatformAPI", "AsvinBundle", "AsvinHost", "AsvinCrypto",
      "AsvinVerifier",
      "AsvinManifest", .hummingbird, .jwtKit, .nioHTTP2, .nioHTTPTypesHTTP2, .nioSSL,
    ], separate),
]

let programs: [Target] = [
  .target(
    name: "AsvinPrograms", dependencies: ["AsvinHost", .argumentParser],
    path: "Sources/Programs/AsvinPrograms", swiftSettings: language),
  .program(
    "asvin-pack",
    [
      "AsvinPlatformClient", "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinHost", "AsvinPatch",
      "AsvinPatchBuilder", "AsvinCrypto",
      "AsvinVerifier", "AsvinManifest",
    ]),
  .program(
    "asvin-platform",
    [
      "AsvinPlatformServer", "AsvinPlatformStore", "AsvinPlatform", "AsvinPlatformAPI", "AsvinBundle",
      "AsvinHost",
      "AsvinCrypto",
    ], contained),
  .program("asvin-device", ["AsvinAgent", "AsvinPlatformClient", "AsvinBundle", "AsvinHost"], contained),
]

let tests: [Target] = [
  .target(name: "AsvinFixtures", path: "Tests/Support/AsvinFixtures", swiftSettings: language),
  .target(
    name: "AsvinPlatformFixtures",
    dependencies: [
      "AsvinFixtures", "AsvinPlatformServer", "AsvinPlatformStore", "AsvinPlatform", "AsvinPlatformAPI", "AsvinRelease",
      "AsvinPatch", "AsvinCrypto", "AsvinManifest",
    ], path: "Tests/Support/AsvinPlatformFixtures", swiftSettings: language + lending),
  .tests("Device", "AsvinManifestTests", ["AsvinManifest"]),
  .tests("Device", "AsvinVerifierTests", ["AsvinVerifier", "AsvinCrypto", "AsvinManifest"]),
  .tests("Device", "AsvinDeviceCryptoTests", ["AsvinDeviceCrypto", "AsvinVerifier", "AsvinCrypto", "AsvinManifest"]),
  .tests("Device", "AsvinPatchTests", ["AsvinPatch", "AsvinPatchBuilder", "AsvinPatchHost", "AsvinHost"]),
  .tests(
    "Device", "AsvinInstallerTests",
    [
      "AsvinDeviceC", "CAsvinDevice", "AsvinInstaller", "AsvinDeviceCrypto", "AsvinVerifier", "AsvinBundle",
      "AsvinHost",
      "AsvinPatch", "AsvinPatchBuilder", "AsvinPatchHost", "AsvinCrypto", "AsvinManifest",
    ]),
  .tests("Host", "AsvinHostTests", ["AsvinHost"]),
  .tests("Host", "AsvinCryptoTests", ["AsvinCrypto", "AsvinVerifier", "AsvinManifest"]),
  .tests("Host", "AsvinImageTests", ["AsvinImage", "AsvinHost", "AsvinCrypto", "AsvinManifest"]),
  .tests("Host", "AsvinBundleTests", ["AsvinBundle", "AsvinHost", "AsvinVerifier", "AsvinCrypto", "AsvinManifest"]),
  .tests(
    "Host", "AsvinReleaseTests",
    ["AsvinRelease", "AsvinBundle", "AsvinHost", "AsvinImage", "AsvinVerifier", "AsvinCrypto", "AsvinManifest"]),
  .tests("Platform", "AsvinPlatformAPITests", ["AsvinPlatformAPI", "AsvinCrypto", "AsvinManifest"]),
  .tests(
    "Platform", "AsvinPlatformTests",
    ["AsvinPlatformFixtures", "AsvinPlatform", "AsvinPlatformAPI", "AsvinCrypto", "AsvinVerifier", "AsvinManifest"]),
  .tests(
    "Platform", "AsvinPlatformStoreTests",
    [
      "AsvinPlatformFixtures", "AsvinPlatformStore", "AsvinPlatform", "AsvinPlatformAPI", "AsvinHost", "AsvinManifest",
    ]),
  .tests("Platform", "AsvinPlatformPagesTests", ["AsvinPlatformPages", "AsvinPlatformAPI"]),
  .tests(
    "Platform", "AsvinPlatformServerTests",
    [
      "AsvinPlatformPages", "AsvinPlatformFixtures", "AsvinPlatformServer", "AsvinPlatformStore", "AsvinPlatform",
      "AsvinPlatformAPI",
      "AsvinBundle", "AsvinHost", "AsvinCrypto", "AsvinVerifier", "AsvinManifest",
    ]),
  .tests(
    "Platform", "AsvinPlatformClientTests",
    ["AsvinPlatformFixtures", "AsvinPlatformClient", "AsvinPlatform", "AsvinPlatformAPI", "AsvinRelease", "AsvinHost"]),
  .tests(
    "Platform", "AsvinAgentTests",
    [
      "AsvinPlatformFixtures", "AsvinAgent", "AsvinPlatformClient", "AsvinPlatform", "AsvinPlatformAPI", "AsvinRelease",
      "AsvinBundle", "AsvinHost", "AsvinPatch", "AsvinInstaller", "AsvinCrypto", "AsvinVerifier",
      "AsvinManifest",
    ]),
  .tests(
    "Programs", "AsvinProgramsTests",
    [
      "asvin-pack", "AsvinPrograms", "AsvinPlatformAPI", "AsvinBundle", "AsvinHost",
      "AsvinManifest",
    ], exclude: ["Certificates"]),
]

let package = Package(
  name: "asvin-pack",
  products: [
    .executable(name: "asvin-pack", targets: ["asvin-pack"]),
    .executable(name: "asvin-platform", targets: ["asvin-platform"]),
    .executable(name: "asvin-device", targets: ["asvin-device"]),
    .library(name: "AsvinVerifier", targets: ["AsvinVerifier", "AsvinDeviceCrypto", "AsvinInstaller"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // One trait: SwiftPM gives several to the compiler in a random order, so that a later build compiles everything again.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: libraries + deviceWing + hostWing + platformWing + programs + tests,
  swiftLanguageModes: [.v6]
)
