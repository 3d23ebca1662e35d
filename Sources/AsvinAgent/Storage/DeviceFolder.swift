import AsvinBundle
import AsvinCrypto
import AsvinManifest
public import AsvinRelease
import FoundationEssentials

/// What a device is, as it was enrolled.
public struct DeviceIdentity: Codable, Equatable, Sendable {
  /// The platform's address.
  public var platform: String
  /// The workspace's and the device's ids there.
  public var workspace: Int64
  /// The device's id.
  public var device: Int64
  /// What it calls itself.
  public var name: String
  /// The vendor id and the class id, as UUIDs.
  public var vendor: String
  /// The class id.
  public var deviceClass: String
  /// What it left the factory with.
  public var factorySequence: UInt64
  /// Bytes of the largest image.
  public var room: UInt64
  /// Public keys, PEM, of which one must have signed.
  public var trust: [String]
}

/// The folder in which a device keeps its key, its state, and its two banks.
public struct DeviceFolder: Sendable {
  /// The folder.
  public let path: String

  /// A device's folder.
  public init(_ path: String) { self.path = path }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The file of a slot in a bank.
  func image(_ slot: UInt64, in bank: Bank) -> String { file("\(bank.rawValue)-\(slot)") }

  /// The device, as it was enrolled.
  ///
  /// - Throws: ``Failure`` where it was not.
  public func identity() throws(Failure) -> DeviceIdentity {
    guard let identity = try read("device.json", as: DeviceIdentity.self) else {
      throw Failure(.inputMissing, "'\(path)' holds no device", hint: "enrol it first: asvin-device enrol --help")
    }
    return identity
  }

  func key() throws(Failure) -> PrivateKey {
    do {
      return try PrivateKey(pem: InputFile(file("key.pem")).read(at: 0, count: 1 << 16), passphrase: nil)
    } catch {
      throw Failure(error, on: file("key.pem"))
    }
  }

  /// The key, which is made where there is none.
  func makeKey() throws(Failure) -> PrivateKey {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      if FileManager.default.fileExists(atPath: file("key.pem")) { return try key() }
      let key = try PrivateKey.generate(.ed25519)
      let output = try OutputFile(file("key.pem"), permissions: 0o600, durability: .flushed)
      try output.write(key.pem(passphrase: nil))
      try output.commit()
      return key
    } catch {
      throw Failure(error, on: path)
    }
  }

  func read<Value: Decodable>(_ name: String, as type: Value.Type) throws(Failure) -> Value? {
    do {
      let bytes = try InputFile(file(name)).read(at: 0, count: 1 << 20)
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let error as FileError where error.isMissing {
      return nil
    } catch {
      throw Failure(
        .failed, "'\(file(name))' is damaged: \(error)", hint: "remove the folder, and enrol the device anew")
    }
  }

  /// Replaces a file in one step; it is on the disk when this returns.
  func write(_ value: some Encodable, to name: String) throws(Failure) {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      let output = try OutputFile(file(name), permissions: 0o600, replacing: .existing, durability: .flushed)
      try output.write([UInt8](try encoder.encode(value)))
      try output.commit()
    } catch {
      throw Failure(error, on: file(name))
    }
  }
}
