import AsvinCrypto
import AsvinHost
import AsvinManifest
import AsvinPlatformAPI
package import AsvinPlatformClient
import AsvinVerifier
import FoundationEssentials

/// The change of a device's key. The new key is on the disk before the platform knows it, so that a device which loses power
/// at any time has a key that the platform accepts.
package struct KeyChange: Sendable {
  private let folder: DeviceFolder
  private static let nextFile = "key.next.pem"

  package init(_ folder: DeviceFolder) { self.folder = folder }

  /// Changes the key, or completes a change whose reply was lost.
  ///
  /// - Throws: ``Failure``; the errors of the connection.
  package func run(on platform: PlatformConnection) async throws {
    let identity = try folder.identity()
    let lock = try folder.lock()
    defer { lock.release() }
    let present = try folder.key()
    let next = try nextKey(after: present)
    do {
      try await change(identity, from: present, to: next, on: platform)
    } catch is UnknownDevice {
      // If the platform accepts the next key, only its reply was lost.
      do {
        try await PlatformSession(platform, identity, next).run { _ in }
      } catch is UnknownDevice {
        throw UnknownDevice.failure(folder)
      }
    }
    do {
      try folder.write(next.pem(passphrase: nil), to: "key.pem")
      FileSystem.discard(folder.file(Self.nextFile))
    } catch {
      throw Failure(error, on: folder.path)
    }
  }

  private func change(
    _ identity: DeviceIdentity, from present: PrivateKey, to next: PrivateKey, on platform: PlatformConnection
  ) async throws {
    try await PlatformSession(platform, identity, present).run { device in
      let challenge = try await platform.require(.post, "/v2/challenges", as: ChallengeReply.self)
      let message = DeviceProof.newKey(
        nonce: [UInt8](challenge.nonce), workspace: identity.workspace, device: identity.device,
        present: bytes(of: present), new: bytes(of: next))
      let request = NewKeyRequest(
        key: Data(bytes(of: next)), nonce: challenge.nonce, presentProof: Data(try present.signature(of: message)),
        newProof: Data(try next.signature(of: message)))
      _ = try await device.ask(.post, "/v2/devices/\(identity.device)/key", request, as: Problem.self)
    }
  }

  private func bytes(of key: PrivateKey) -> [UInt8] {
    key.publicKey.withBytes { bytes in bytes.indices.map { bytes[$0] } }
  }

  /// Reads the key of a change that was begun, or creates one. A file that is left over from a completed change does not count.
  private func nextKey(after present: PrivateKey) throws(Failure) -> PrivateKey {
    do {
      if let text = try folder.bytes(Self.nextFile) {
        let key = try PrivateKey(pem: text, passphrase: nil)
        if bytes(of: key) != bytes(of: present) { return key }
      }
      let key = try PrivateKey.generate(.ed25519)
      try folder.write(key.pem(passphrase: nil), to: Self.nextFile)
      return key
    } catch {
      throw Failure(error, on: folder.file(Self.nextFile))
    }
  }
}
