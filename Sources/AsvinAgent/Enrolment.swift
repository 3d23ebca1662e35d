import AsvinBundle
import AsvinCrypto
import AsvinPlatformAPI
public import AsvinPublisher
public import AsvinRelease
import AsvinVerifier
import AsvinWire
import FoundationEssentials

/// Makes a folder a device that the platform knows.
public struct Enrolment: Sendable {
  /// What it calls itself.
  public var name: String
  /// What people call it.
  public var label: String?
  /// Its vendor and class.
  public var deviceClass: DeviceClass
  /// The image that it left the factory with.
  public var image: [UInt8]
  /// Its version and sequence number.
  public var version: String
  /// Its sequence number.
  public var sequence: UInt64
  /// Bytes of the largest image.
  public var room: UInt64
  /// Public keys, PEM, of which one must have signed.
  public var trust: [String]
  /// The workspace's keys.
  public var customerKey: String
  /// The key that is named in a login.
  public var deviceKey: String

  /// An enrolment of its parts.
  public init(
    name: String, label: String?, deviceClass: DeviceClass, image: [UInt8], version: String, sequence: UInt64,
    room: UInt64, trust: [String], customerKey: String, deviceKey: String
  ) {
    (self.name, self.label, self.deviceClass) = (name, label, deviceClass)
    (self.image, self.version, self.sequence, self.room) = (image, version, sequence, room)
    (self.trust, self.customerKey, self.deviceKey) = (trust, customerKey, deviceKey)
  }

  /// Enrols, and writes the factory's image into the first bank. The same again is the same device, with other keys to trust
  /// where others are given, and with what it runs by now.
  ///
  /// - Throws: ``Failure``.
  public func run(in folder: DeviceFolder, on platform: PlatformConnection) async throws -> DeviceIdentity {
    guard !trust.isEmpty else {
      throw Failure(.usage, "no key to trust is given", hint: "give the signer's public key with --trust KEY.pub.pem")
    }
    for text in trust { try Self.check(text) }
    let known = try folder.read("device.json", as: DeviceIdentity.self)
    guard known.map({ $0.name == name }) ?? true else {
      throw Failure(
        .usage, "'\(folder.path)' holds the device '\(known?.name ?? "")'", hint: "give each device a folder of its own"
      )
    }
    let key = try folder.makeKey()
    let workspace = platform.with(token: try await workspaceToken(platform))
    let proof = try key.signature(of: Array("asvin-platform-enrol\0\(name)".utf8))
    let request = EnrolmentRequest(
      name: name, label: label, version: version, deviceClass: deviceClass.deviceClass.uuid,
      key: Data(key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }), proof: Data(proof))
    let reply = try await workspace.must(.post, "/v2/devices", request, as: EnrolmentReply.self)
    let room = known?.room ?? max(room, UInt64(image.span.count))
    let identity = DeviceIdentity(
      platform: platform.address, workspace: reply.workspace, device: reply.device, name: name,
      vendor: deviceClass.vendor.uuid, deviceClass: deviceClass.deviceClass.uuid,
      factorySequence: known?.factorySequence ?? sequence, room: room, trust: trust)
    // A device that has been enrolled keeps what it runs.
    if try folder.read("banks.json", as: Banks.self) == nil { try writeFactoryImage(to: folder, room: room) }
    try folder.write(identity, to: "device.json")
    return identity
  }

  private static func check(_ key: String) throws {
    do {
      _ = try PublicKey(pem: Array(key.utf8))
    } catch {
      throw Failure(error, on: "--trust")
    }
  }

  private func writeFactoryImage(to folder: DeviceFolder, room: UInt64) throws {
    let region = try FileRegion(folder.image(0, in: .a), room: room)
    region.file.write(0, image.span)
    try region.file.flush()
    let content = BankContent(
      release: "", version: version, sequence: sequence,
      images: [
        BankImage(slot: 0, size: UInt64(image.span.count), digest: SHA256.digest(of: image.span).hexadecimal)
      ])
    try folder.write(Banks(a: content, b: nil), to: "banks.json")
  }

  /// Logs in with the workspace's keys, as asvin's own clients do.
  private func workspaceToken(_ platform: PlatformConnection) async throws -> String {
    struct Body: Encodable, Sendable {
      let deviceKey: String
      let timestamp: Int64
      let signature: String

      enum CodingKeys: String, CodingKey {
        case deviceKey = "device_key"
        case timestamp
        case signature = "device_signature"
      }
    }
    struct Reply: Decodable { let token: String }
    let time = Int64(Date.now.timeIntervalSince1970)
    let code = MessageCode.code(of: Array("\(time)\(deviceKey)".utf8), key: Array(customerKey.utf8))
    let body = Body(deviceKey: deviceKey, timestamp: time, signature: code.hexadecimal)
    return try await platform.must(.post, "/auth/login", body, as: Reply.self).token
  }
}
