import AsvinHost
package import AsvinBundle
import AsvinCrypto
import AsvinPlatformAPI
package import AsvinPlatformClient
import AsvinVerifier
import AsvinManifest
import FoundationEssentials

/// Makes a folder a device that the platform knows.
package struct Enrolment: Sendable {
  /// What it calls itself.
  package var name: String
  /// What people call it.
  package var label: String?
  /// Its vendor and class.
  package var deviceClass: DeviceClass
  /// The image that it left the factory with.
  package var image: [UInt8]
  /// Its version and sequence number.
  package var version: String
  /// Its sequence number.
  package var sequence: UInt64
  /// Bytes of the largest image.
  package var room: UInt64
  /// Public keys, PEM, of which one must have signed.
  package var trust: [String]
  /// The workspace's keys.
  package var customerKey: String
  /// The key that is named in a login.
  package var deviceKey: String

  /// An enrolment of its parts.
  package init(
    name: String, label: String?, deviceClass: DeviceClass, image: [UInt8], version: String, sequence: UInt64,
    room: UInt64, trust: [String], customerKey: String, deviceKey: String
  ) {
    (self.name, self.label, self.deviceClass) = (name, label, deviceClass)
    (self.image, self.version, self.sequence, self.room) = (image, version, sequence, room)
    (self.trust, self.customerKey, self.deviceKey) = (trust, customerKey, deviceKey)
  }

  /// Enrols, and writes the factory image into the first bank. A device that enrols again in the same folder keeps its key
  /// and what it runs; it trusts the keys that are given now.
  ///
  /// - Throws: ``Failure``.
  package func run(in folder: DeviceFolder, on platform: PlatformConnection) async throws -> DeviceIdentity {
    guard !trust.isEmpty else {
      throw Failure(.usage, "no key to trust is given", hint: "give the signer's public key with --trust KEY.pub.pem")
    }
    for text in trust { try Self.check(text) }
    let known = try folder.knownIdentity()
    guard known.map({ $0.name == name }) ?? true else {
      throw Failure(
        .usage, "'\(folder.path)' holds the device '\(known?.name ?? "")'", hint: "give each device a folder of its own"
      )
    }
    try folder.make()
    let lock = try folder.lock()
    defer { lock.release() }
    let key = try folder.makeKey()
    var identity = DeviceIdentity(
      platform: platform.address, workspace: 0, device: 0, name: name, vendor: deviceClass.vendor.uuid,
      deviceClass: deviceClass.deviceClass.uuid, factorySequence: known?.factorySequence ?? sequence,
      room: known?.room ?? max(room, UInt64(image.span.count)), trust: trust,
      factory: known?.factory
        ?? DeviceIdentity.Factory(
          version: version, size: UInt64(image.span.count), digest: SHA256.digest(of: image.span).hexadecimal))
    let running = try folder.running(identity)
    identity = try await Self.enrolled(
      identity, key, WorkspaceKeys(customer: customerKey, device: deviceKey), version: running ?? version, label: label,
      on: platform)
    // A device that has been enrolled keeps what it runs.
    if running == nil { try writeFactoryImage(to: folder, &identity) }
    try folder.keep(identity)
    return identity
  }

  /// Enrols a device again that the platform does not know any more.
  static func renew(
    _ identity: DeviceIdentity, _ key: PrivateKey, _ keys: WorkspaceKeys, version: String,
    on platform: PlatformConnection
  ) async throws -> DeviceIdentity {
    try await enrolled(identity, key, keys, version: version, label: nil, on: platform)
  }

  private static func enrolled(
    _ identity: DeviceIdentity, _ key: PrivateKey, _ keys: WorkspaceKeys, version: String, label: String?,
    on platform: PlatformConnection
  ) async throws -> DeviceIdentity {
    let workspace = platform.with(token: try await workspaceToken(keys, platform))
    let proof = try key.signature(of: Array("asvin-platform-enrol\0\(identity.name)".utf8))
    let request = EnrolmentRequest(
      name: identity.name, label: label, version: version, deviceClass: identity.deviceClass,
      key: Data(key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }), proof: Data(proof))
    do {
      let reply = try await workspace.must(.post, "/v2/devices", request, as: EnrolmentReply.self)
      var identity = identity
      (identity.workspace, identity.device) = (reply.workspace, reply.device)
      return identity
    } catch let failure as Failure where failure.status == 409 {
      throw Failure(
        .notAllowed, "the platform knows '\(identity.name)' by another key",
        hint:
          "if this device was wiped, an operator removes the old one first: asvin-pack device remove '\(identity.name)'"
      )
    }
  }

  private static func check(_ key: String) throws {
    do {
      _ = try PublicKey(pem: Array(key.utf8))
    } catch {
      throw Failure(error, on: "--trust")
    }
  }

  private func writeFactoryImage(to folder: DeviceFolder, _ identity: inout DeviceIdentity) throws {
    identity.factorySequence = sequence
    identity.factory = DeviceIdentity.Factory(
      version: version, size: UInt64(image.span.count), digest: SHA256.digest(of: image.span).hexadecimal)
    identity.room = max(identity.room, UInt64(image.span.count))
    let region = try FileRegion(folder.image(0, in: .a), room: identity.room)
    region.file.write(0, image.span)
    try region.file.flush()
    let content = BankContent(
      release: "", version: version, sequence: sequence,
      images: [
        BankImage(slot: 0, size: UInt64(image.span.count), digest: SHA256.digest(of: image.span).hexadecimal)
      ], isConfirmed: true)
    try folder.write(Banks(a: content, b: nil), to: DeviceFolder.banksFile)
  }

  /// Logs in with the workspace's keys, as asvin's own clients do.
  private static func workspaceToken(_ keys: WorkspaceKeys, _ platform: PlatformConnection) async throws -> String {
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
    let code = MessageCode.code(of: Array("\(time)\(keys.device)".utf8), key: Array(keys.customer.utf8))
    let body = Body(deviceKey: keys.device, timestamp: time, signature: code.hexadecimal)
    return try await platform.must(.post, "/auth/login", body, as: Reply.self).token
  }
}

extension DeviceFolder {
  /// The version that runs; `nil` where no bank holds what runs.
  fileprivate func running(_ identity: DeviceIdentity) throws -> String? {
    do {
      return try state(identity).running.content.version
    } catch is Failure {
      return nil
    }
  }
}
