import AsvinHost
package import AsvinBundle
import AsvinCrypto
import AsvinPlatformAPI
package import AsvinPlatformClient
import AsvinVerifier
import AsvinManifest
import FoundationEssentials

/// The enrolment of a device, and the creation of its folder.
package struct DeviceEnrolment: Sendable {
  /// The device's own name.
  package var name: String
  /// The name that operators see.
  package var label: String?
  /// The vendor and the class.
  package var deviceClass: DeviceClass
  /// The factory image; `nil` if it is read in its place.
  package var image: [UInt8]?
  /// The places of the slots; `nil` for files in the device's folder.
  package var places: EnrolledPlaces?
  /// The version of the factory image.
  package var version: String
  /// The sequence number of the factory image.
  package var sequence: UInt64
  /// The size of the largest image in bytes.
  package var room: UInt64
  /// Public keys in PEM, one of which must have signed a release.
  package var trust: [String]
  /// What permits the enrolment.
  package var keys: EnrolmentKeys

  package init(
    name: String, label: String?, deviceClass: DeviceClass, image: [UInt8]?, version: String, sequence: UInt64,
    room: UInt64, trust: [String], keys: EnrolmentKeys, places: EnrolledPlaces? = nil
  ) {
    (self.name, self.label, self.deviceClass) = (name, label, deviceClass)
    (self.image, self.version, self.sequence, self.room) = (image, version, sequence, room)
    (self.trust, self.keys) = (trust, keys)
    self.places = places
  }

  /// Enrols the device and writes the factory image into the first slot set. A device that enrols again in the same folder
  /// keeps its key and its releases. It trusts the given keys from then on.
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
        .usage, "'\(folder.path)' has the device '\(known?.name ?? "")'", hint: "use a separate folder for each device"
      )
    }
    guard image != nil || places != nil else {
      throw Failure(.usage, "the image that the device runs is not given", hint: "name it with --image")
    }
    guard known == nil || (known?.places == nil) == (places == nil) else {
      throw Failure(
        .usage, "the device in '\(folder.path)' has its slots \(places == nil ? "in named places" : "in its folder")",
        hint: places == nil ? "name the places again with --slot" : "enrol it without --slot, or in another folder")
    }
    let inPlace = try await places?.factory(version: version, matching: image)
    try folder.make()
    let lock = try folder.lock()
    defer { lock.release() }
    let key = try folder.makeKey()
    let given = image ?? []
    let size = UInt64(given.count)
    let factory =
      inPlace?.factory
      ?? DeviceIdentity.Factory(version: version, size: size, digest: SHA256.digest(of: given.span).hexadecimal)
    var identity = DeviceIdentity(
      platform: platform.address, workspace: 0, device: 0, name: name, vendor: deviceClass.vendor.uuid,
      deviceClass: deviceClass.deviceClass.uuid, factorySequence: known?.factorySequence ?? sequence,
      room: known?.room ?? max(room, size), trust: trust, factory: known?.factory ?? factory, places: places?.pairs)
    let running = try folder.running(identity)
    identity = try await Self.enrolled(
      identity, key, keys, version: running ?? version, label: label, on: platform)
    // A device that was enrolled before keeps its releases.
    if running == nil { try keep(factory, in: inPlace?.running ?? .a, of: folder, &identity) }
    try folder.keep(identity)
    return identity
  }

  /// Enrols a device again that the platform no longer knows.
  static func renew(
    _ identity: DeviceIdentity, _ key: PrivateKey, _ keys: EnrolmentKeys, version: String,
    on platform: PlatformConnection
  ) async throws -> DeviceIdentity {
    try await enrolled(identity, key, keys, version: version, label: nil, on: platform)
  }

  private static func enrolled(
    _ identity: DeviceIdentity, _ key: PrivateKey, _ keys: EnrolmentKeys, version: String, label: String?,
    on platform: PlatformConnection
  ) async throws -> DeviceIdentity {
    let workspace = platform.with(token: try await token(keys, platform))
    let challenge = try await workspace.require(.post, "/v2/enrolment-challenges", as: EnrolmentChallenge.self)
    guard let deviceClass = Identifier(uuid: identity.deviceClass) else {
      throw Failure(.failed, "'\(identity.deviceClass)' is not a class id", hint: "enrol the device again")
    }
    let publicKey = key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    let proof = try key.signature(
      of: DeviceProof.enrolment(
        nonce: [UInt8](challenge.nonce), workspace: challenge.workspace, name: identity.name, deviceClass: deviceClass,
        version: version, key: publicKey))
    let request = EnrolmentRequest(
      name: identity.name, label: label, version: version, deviceClass: identity.deviceClass, key: Data(publicKey),
      nonce: challenge.nonce, proof: Data(proof))
    do {
      let reply = try await workspace.require(.post, "/v2/devices", request, as: EnrolmentReply.self)
      var identity = identity
      (identity.workspace, identity.device) = (reply.workspace, reply.device)
      return identity
    } catch let failure as Failure where failure.status == 409 {
      throw Failure(
        .notAllowed, "a device '\(identity.name)' with another key is enrolled on the platform",
        hint:
          "if this device was wiped, an operator creates a token for it: asvin-pack device rekey '\(identity.name)'"
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

  /// Records the factory image, and writes it to its file unless it is in its place.
  private func keep(
    _ factory: DeviceIdentity.Factory, in slotSet: SlotSet, of folder: DeviceFolder, _ identity: inout DeviceIdentity
  ) throws {
    (identity.factorySequence, identity.factory) = (sequence, factory)
    if identity.places == nil, let image {
      identity.room = max(identity.room, UInt64(image.count))
      if let region = try folder.place(0, in: slotSet, of: identity)?.open() {
        region.file.write(0, image.span)
        try region.file.flush()
      }
    }
    var sets = SlotSets()
    sets[slotSet] = SlotSetContent(
      release: "", version: version, sequence: sequence, images: factory.installed, isConfirmed: true)
    try folder.write(sets, to: DeviceFolder.slotSetsFile)
  }

  /// Returns the enrolment token, or logs in with the workspace's keys, as asvin's own clients do.
  private static func token(_ keys: EnrolmentKeys, _ platform: PlatformConnection) async throws -> String {
    let (customer, device): (String, String)
    switch keys {
    case .token(let token): return token
    case .workspace(let customerKey, let deviceKey): (customer, device) = (customerKey, deviceKey)
    }
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
    let code = MessageCode.code(of: Array("\(time)\(device)".utf8), key: Array(customer.utf8))
    let body = Body(deviceKey: device, timestamp: time, signature: code.hexadecimal)
    return try await platform.require(.post, "/auth/login", body, as: Reply.self).token
  }
}

extension DeviceFolder {
  /// Returns the running version; `nil` if no slot set has it.
  fileprivate func running(_ identity: DeviceIdentity) throws -> String? {
    do {
      return try state(identity).running.content.version
    } catch is Failure {
      return nil
    }
  }
}
