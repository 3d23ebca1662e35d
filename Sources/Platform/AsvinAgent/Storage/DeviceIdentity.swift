package import AsvinHost
import AsvinCrypto
import AsvinManifest
import FoundationEssentials

/// What a device is, as it was enrolled.
package struct DeviceIdentity: Codable, Equatable, Sendable {
  /// The image that a device left the factory with.
  package struct Factory: Codable, Equatable, Sendable {
    /// Its version.
    package var version: String
    /// Bytes.
    package var size: UInt64
    /// SHA-256.
    package var digest: String
  }

  /// The platform's address.
  package var platform: String
  /// The workspace's id there.
  package var workspace: Int64
  /// The device's id there.
  package var device: Int64
  /// The device's own name.
  package var name: String
  /// The vendor id, as a UUID.
  package var vendor: String
  /// The class id, as a UUID.
  package var deviceClass: String
  /// The sequence number of the factory image.
  package var factorySequence: UInt64
  /// Bytes of the largest image.
  package var room: UInt64
  /// Public keys, PEM, of which one must have signed.
  package var trust: [String]
  /// The factory image, by which a bank that holds it is recognised if the state is lost.
  package var factory: Factory?
}

extension DeviceFolder {
  private static let identityFile = "device.json"
  /// A second copy: the identity is written once, and nothing signed can restore it.
  private static let identityCopy = "device.copy.json"

  /// The device, as it was enrolled.
  ///
  /// - Throws: ``Failure`` where it was not, or its identity is damaged.
  package func identity() throws(Failure) -> DeviceIdentity {
    if let identity = try knownIdentity() { return identity }
    let isDamaged = FileManager.default.fileExists(atPath: file(Self.identityFile))
    guard isDamaged else {
      throw Failure(.inputMissing, "'\(path)' holds no device", hint: "enrol it first: asvin-device enrol --help")
    }
    throw Failure(
      .failed, "'\(file(Self.identityFile))' is damaged",
      hint: "enrol the device again in the same folder and with the same name; its key and what it runs are kept")
  }

  /// The device that the folder holds; `nil` where it holds none that can be read.
  func knownIdentity() throws(Failure) -> DeviceIdentity? {
    do {
      if let identity = try load(Self.identityFile, as: DeviceIdentity.self).value { return identity }
      return try load(Self.identityCopy, as: DeviceIdentity.self).value
    } catch {
      throw Trouble.failure(error)
    }
  }

  /// Keeps the identity.
  func keep(_ identity: DeviceIdentity) throws {
    try write(identity, to: Self.identityFile)
    try write(identity, to: Self.identityCopy)
  }

  /// The device's key.
  ///
  /// - Throws: ``Failure``.
  func key() throws(Failure) -> PrivateKey {
    do {
      return try PrivateKey(pem: InputFile(file("key.pem")).read(at: 0, count: 1 << 16), passphrase: nil)
    } catch let error as FileError where !error.isMissing {
      throw Trouble.failure(error)
    } catch {
      throw Failure(
        .failed, "the device's key '\(file("key.pem"))' is missing or damaged",
        hint: "enrol the device again in the same folder; an operator removes its old key from the platform first")
    }
  }

  /// The key, which is created where there is none. A damaged one is set aside: it opens nothing any more.
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
