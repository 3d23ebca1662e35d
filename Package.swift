// swift-tools-version: 6.2
import PackageDescription

// The map. Floors from the ground up; a target imports only from floors below its own (`scripts/check` proves it).

let language: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// Floors 0 and 1 are for devices: they compile as Embedded Swift too, and lend out bytes instead of copying them.
let device: [SwiftSetting] = language + [.enableExperimentalFeature("Lifetimes")]

/// Cryptography and patches are optimised in development builds as well: otherwise they are 50 times slower.
let calculating: [SwiftSetting] = device + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Around an outside library's generic code: Swift 6.3 cannot read back what optimising across modules makes of it.
let host: [SwiftSetting] = language + [.unsafeFlags(["-disable-cmo"])]

let package = Package(
  name: "asvin-pack",
  products: [
    .executable(name: "asvin-pack", targets: ["asvin-pack"]),
    .executable(name: "asvin-platform", targets: ["asvin-platform"]),
    .executable(name: "asvin-device", targets: ["asvin-device"]),
    .library(name: "AsvinVerifier", targets: ["AsvinVerifier", "AsvinVerifyCrypto", "AsvinInstaller"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    // Floor 0: formats. No I/O, no clock, no heap on the reading side.
    .target(name: "AsvinWire", swiftSettings: calculating),
    .target(name: "AsvinManifest", dependencies: ["AsvinWire"], exclude: ["manifest.cddl"], swiftSettings: calculating),
    .target(name: "AsvinDelta", swiftSettings: calculating),

    // Floor 1: trust, on the device and on the host alike.
    .target(name: "AsvinVerifier", dependencies: ["AsvinManifest", "AsvinWire"], swiftSettings: calculating),
    .target(
      name: "AsvinVerifyCrypto", dependencies: ["AsvinVerifier", "AsvinManifest", "AsvinWire"],
      swiftSettings: calculating),
    .target(
      name: "AsvinInstaller", dependencies: ["AsvinDelta", "AsvinVerifier", "AsvinManifest", "AsvinWire"],
      swiftSettings: device),

    .target(name: "CAsvinVerifier"),
    .target(
      name: "AsvinVerifierC",
      dependencies: [
        "CAsvinVerifier", "AsvinInstaller", "AsvinVerifyCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire",
      ],
      swiftSettings: device),

    // Floor 2: one outside library each, and the firmware files.
    .target(name: "CAsvinSystem"),
    .target(name: "CAsvinOpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
    .systemLibrary(name: "CAsvinArchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(name: "CAsvinSuffix", providers: [.apt(["libdivsufsort-dev"])]),
    .systemLibrary(name: "CAsvinZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CAsvinYAML", providers: [.apt(["libyaml-dev"])]),
    .target(
      name: "AsvinCrypto", dependencies: ["CAsvinOpenSSL", "AsvinVerifier", "AsvinManifest"], swiftSettings: device),
    .target(name: "AsvinImage", dependencies: ["AsvinCrypto", "AsvinWire"], swiftSettings: language),
    .target(
      name: "AsvinBundle",
      dependencies: ["CAsvinArchive", "CAsvinSystem", "AsvinCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire"],
      swiftSettings: device,
      // The archive, not the shared object: that loads twelve more libraries, for formats that we never read.
      linkerSettings: [.linkedLibrary(":libarchive.a")]),
    .target(
      name: "AsvinDeltaBuilder",
      dependencies: ["AsvinCrypto", "AsvinDelta", "AsvinWire", "CAsvinSuffix", "CAsvinZlib"],
      swiftSettings: calculating),

    // Floor 3: the use cases behind the verbs.
    .target(
      name: "AsvinRelease",
      dependencies: [
        "AsvinBundle", "AsvinDelta", "AsvinDeltaBuilder", "AsvinImage", "AsvinCrypto", "AsvinVerifier", "AsvinManifest",
        "AsvinWire", "CAsvinYAML",
      ],
      resources: [.embedInCode("Templates")],
      swiftSettings: device),

    .target(name: "AsvinPlatformAPI", swiftSettings: language),
    .target(
      name: "AsvinPublisher",
      dependencies: [
        "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinVerifier", "AsvinCrypto", "AsvinWire",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
      ],
      swiftSettings: host),
    .target(
      name: "AsvinAgent",
      dependencies: [
        "AsvinPublisher", "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinDeltaBuilder", "AsvinCrypto",
        "AsvinInstaller", "AsvinVerifyCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire",
      ],
      swiftSettings: device),
    .target(
      name: "AsvinPlatform",
      dependencies: [
        "AsvinRelease", "AsvinBundle", "AsvinImage", "AsvinCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire",
      ],
      swiftSettings: device),
    .target(
      name: "AsvinPlatformStore",
      dependencies: [
        "AsvinPlatform", "AsvinBundle", "AsvinCrypto", "AsvinWire", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: host),
    .target(
      name: "AsvinPlatformServer",
      dependencies: [
        "AsvinPlatform", "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinCrypto", "AsvinVerifier",
        "AsvinManifest", "AsvinWire", .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"), .product(name: "JWTKit", package: "jwt-kit"),
      ],
      swiftSettings: host),

    // Floor 4: the command line.
    .target(
      name: "AsvinPrograms",
      dependencies: [
        "CAsvinSystem", "AsvinRelease", "AsvinBundle",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: language),
    .target(
      name: "AsvinPackCommands",
      dependencies: [
        "AsvinPrograms", "AsvinPublisher", "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinDelta",
        "AsvinDeltaBuilder", "AsvinVerifier", "AsvinManifest",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: language),
    .executableTarget(name: "asvin-pack", dependencies: ["AsvinPackCommands"], swiftSettings: language),
    .target(
      name: "AsvinPlatformCommands",
      dependencies: [
        "AsvinPrograms", "AsvinPlatformServer", "AsvinPlatformStore", "AsvinPlatform", "AsvinPlatformAPI",
        "AsvinRelease", "AsvinBundle", "AsvinCrypto",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: language),
    .target(
      name: "AsvinDeviceCommands",
      dependencies: [
        "AsvinPrograms", "AsvinAgent", "AsvinPublisher", "AsvinRelease", "AsvinBundle",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: language),
    .executableTarget(name: "asvin-device", dependencies: ["AsvinDeviceCommands"], swiftSettings: language),
    .executableTarget(name: "asvin-platform", dependencies: ["AsvinPlatformCommands"], swiftSettings: language),

    // Tests, one target for each target; `AsvinFixtures` is what they share.
    .target(name: "AsvinFixtures", path: "Tests/AsvinFixtures", swiftSettings: language),
    .testTarget(name: "AsvinWireTests", dependencies: ["AsvinWire", "AsvinFixtures"], swiftSettings: device),
    .testTarget(
      name: "AsvinManifestTests", dependencies: ["AsvinManifest", "AsvinWire", "AsvinFixtures"], swiftSettings: device),
    .testTarget(
      name: "AsvinVerifierTests",
      dependencies: ["AsvinVerifier", "AsvinCrypto", "AsvinManifest", "AsvinWire", "AsvinFixtures"],
      swiftSettings: device),
    .testTarget(
      name: "AsvinVerifyCryptoTests",
      dependencies: [
        "AsvinVerifyCrypto", "AsvinVerifier", "AsvinCrypto", "AsvinManifest", "AsvinWire", "AsvinFixtures",
      ],
      swiftSettings: device),
    .testTarget(
      name: "AsvinInstallerTests",
      dependencies: [
        "AsvinVerifierC", "CAsvinVerifier", "AsvinInstaller", "AsvinVerifyCrypto", "AsvinVerifier", "AsvinBundle",
        "AsvinDelta", "AsvinDeltaBuilder",
        "AsvinCrypto", "AsvinManifest", "AsvinWire", "AsvinFixtures",
      ],
      swiftSettings: device),
    .testTarget(
      name: "AsvinCryptoTests",
      dependencies: ["AsvinCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire", "AsvinFixtures"],
      swiftSettings: device),
    .testTarget(
      name: "AsvinImageTests", dependencies: ["AsvinImage", "AsvinCrypto", "AsvinWire"], swiftSettings: language),
    .testTarget(
      name: "AsvinBundleTests",
      dependencies: ["AsvinBundle", "AsvinVerifier", "AsvinCrypto", "AsvinManifest", "AsvinWire", "AsvinFixtures"],
      swiftSettings: device),
    .testTarget(
      name: "AsvinDeltaTests", dependencies: ["AsvinDelta", "AsvinDeltaBuilder", "AsvinFixtures"],
      swiftSettings: device),
    .testTarget(
      name: "AsvinReleaseTests",
      dependencies: [
        "AsvinRelease", "AsvinBundle", "AsvinImage", "AsvinVerifier", "AsvinCrypto", "AsvinManifest", "AsvinWire",
        "AsvinFixtures",
      ],
      swiftSettings: device),
    .testTarget(
      name: "AsvinPlatformTests",
      dependencies: [
        "AsvinPlatform", "AsvinPlatformStore", "AsvinCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire",
        "AsvinFixtures",
      ],
      swiftSettings: language),
    .testTarget(
      name: "AsvinPlatformServerTests",
      dependencies: [
        "AsvinAgent", "AsvinPublisher", "AsvinPlatformServer", "AsvinPlatformStore", "AsvinPlatform",
        "AsvinPlatformAPI", "AsvinRelease", "AsvinBundle", "AsvinDelta", "AsvinInstaller", "asvin-device",
        "AsvinCrypto", "AsvinVerifier", "AsvinManifest", "AsvinWire", "AsvinFixtures",
      ],
      swiftSettings: language),
    .testTarget(
      name: "AsvinPackCommandsTests",
      dependencies: [
        "asvin-pack", "asvin-platform", "asvin-device", "AsvinPrograms", "AsvinPlatformAPI", "AsvinFixtures",
      ],
      exclude: ["Certificates"], swiftSettings: language),
  ],
  swiftLanguageModes: [.v6]
)
