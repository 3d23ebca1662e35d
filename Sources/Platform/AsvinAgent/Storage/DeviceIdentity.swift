package import AsvinHost
import AsvinCrypto
import AsvinManifest
import FoundationEssentials

/// The identity of a device, as it was enrolled.
package struct DeviceIdentity: Codable, Equatable, Sendable {
  /// The factory image.
  package struct Factory: Codable, Equatable, Sendable {
    package var version: String
    /// The size in bytes.
    package var size: UInt64
    /// SHA-256.
    package var digest: String
    /// All images of a device with places that an operator named; `nil` for one image in slot 0.
    package var images: [FactoryImage]?
  }

  /// An image that was in its place at the enrolment.
  package struct FactoryImage: Codable, Equatable, Sendable {
    package let slot: UInt64
    /// The size in bytes.
    package let size: UInt64
    /// SHA-256.
    package let digest: String
  }

  package var platform: String
  /// The workspace's id on the platform.
  package var workspace: Int64
  /// The device's id on the platform.
  package var device: Int64
  /// The device's own name.
  package var name: String
  /// The vendor id, as a UUID.
  package var vendor: String
  /// The class id, as a UUID.
  package var deviceClass: String
  /// The sequence number of the factory image.
  package var factorySequence: UInt64
  /// The size of the largest image in bytes.
  package var room: UInt64
  /// Public keys in PEM, one of which must have signed a release.
  package var trust: [String]
  /// The factory image, by which its slot set is recognised if the state is lost.
  package var factory: Factory?
  /// The places of the slots that an operator named; `nil` if the slots are files in the device's folder.
  package var places: [SlotPair]?
}

extension DeviceFolder {
  private static let identityFile = "device.json"
  /// A second copy, because the identity is written once, and no signed data can restore it.
  private static let identityCopy = "device.copy.json"

  /// Reads the identity.
  ///
  /// - Throws: ``Failure`` if the folder has no device, or its identity is damaged.
  package func identity() throws(Failure) -> DeviceIdentity {
    if let identity = try knownIdentity() { return identity }
    let isDamaged = FileManager.default.fileExists(atPath: file(Self.identityFile))
    guard isDamaged else {
      throw Failure(
        .inputMissing, "'\(path)' does not have a device", hint: "enrol it first: asvin-device enrol --help")
    }
    throw Failure(
      .failed, "'\(file(Self.identityFile))' is damaged",
      hint: "enrol the device again in the same folder and with the same name; its key and its releases are kept")
  }

  /// Reads the identity; `nil` if the folder has none that can be read.
  func knownIdentity() throws(Failure) -> DeviceIdentity? {
    do {
      if let identity = try load(Self.identityFile, as: DeviceIdentity.self).value { return identity }
      return try load(Self.identityCopy, as: DeviceIdentity.self).value
    } catch {
      throw AgentFailure.failure(error)
    }
  }

  func keep(_ identity: DeviceIdentity) throws {
    try write(identity, to: Self.identityFile)
    try write(identity, to: Self.identityCopy)
  }

  /// Reads the device's key.
  ///
  /// - Throws: ``Failure``.
  func key() throws(Failure) -> PrivateKey {
    do {
      return try PrivateKey(pem: InputFile(file("key.pem")).read(at: 0, count: 1 << 16), passphrase: nil)
    } catch let error as FileError where !error.isMissing {
      throw AgentFailure.failure(error)
    } catch {
      throw Failure(
        .failed, "the device's key '\(file("key.pem"))' is missing or damaged",
        hint:
          "enrol the device again in the same folder; an operator must remove the old device from the platform first")
    }
  }

  /// Reads the key, or creates it if it is missing. A damaged key file is renamed.
  ///
  /// - Throws: ``Failure``.
  func makeKey() throws(Failure) -> PrivateKey {
    do {
      return try key()
    } catch {
      guard error.kind == .failed else { throw error }
    }
    do {
      if FileManager.default.fileExists(atPath: file("key.pem")) {
        FileSystem.setAside(file("key.pem"), as: file("key.pem.damaged"))
      }
      let key = try PrivateKey.generate(.ed25519)
      let output = try OutputFile(file("key.pem"), permissions: 0o600, durability: .flushed)
      try output.write(key.pem(passphrase: nil))
      try output.commit()
      return key
    } catch {
      throw Failure(error, on: path)
    }
  }
}
