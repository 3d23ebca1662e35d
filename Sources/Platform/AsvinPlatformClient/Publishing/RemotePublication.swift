package import AsvinHost
import FoundationEssentials
import AsvinBundle
import AsvinCrypto
import AsvinVerifier
import AsvinPlatformAPI
package import AsvinRelease
import AsvinManifest

/// Publishes a bundle to a file group of a platform as one transaction: the platform lists nothing until it has received
/// and verified the complete bundle. Then the bundle is read back.
package struct RemotePublication: Sendable {
  /// The platform's address.
  package var address: String
  /// The path of the bundle.
  package var bundle: String
  /// The file group's name.
  package var group: String
  /// Whether nothing is sent.
  package var dryRun: Bool
  /// Public keys in PEM for creating a group that does not exist. If the list is empty, a missing group is an error.
  package var newGroupTrust: [String] = []
  /// Certificates in PEM that are trusted instead of the system's.
  package var authorities: [UInt8]?

  /// Bytes of a request.
  static let pieceBytes = 1 << 22
  /// How often a request is repeated.
  static let tries = 5

  package init(address: String, bundle: String, group: String, dryRun: Bool, authorities: [UInt8]? = nil) {
    self.address = address
    self.bundle = bundle
    self.group = group
    self.dryRun = dryRun
    self.authorities = authorities
  }

  /// Publishes a checked bundle. Bytes that were sent before an interruption are not sent again. Publishing the same bundle
  /// again changes nothing.
  ///
  /// - Parameter progress: called with the number of bytes sent and the size.
  /// - Throws: ``Failure``.
  package func run(
    _ checked: CheckedBundle, token: String, progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(Failure) -> Receipt {
    do throws(Failure) {
      return try blocking { [self] in
        try await PlatformConnection.with(address, token: token, authorities: authorities) { platform in
          try await publish(checked, to: platform, progress)
        }
      }
    } catch {
      guard error.reason == .untrustedKey else { throw error }
      throw Failure(
        error.kind, "file group '\(group)' does not trust the key that signed '\(bundle)'",
        hint: "sign it with a key of the group, or publish to another group; 'asvin-pack inspect' shows the key's id",
        reason: error.reason)
    }
  }

  private func publish(
    _ checked: CheckedBundle, to platform: PlatformConnection, _ progress: @Sendable (UInt64, UInt64) -> Void
  ) async throws -> Receipt {
    let group = try await fileGroup(of: platform)
    guard !dryRun, let group else { return try await plan(checked, group, platform) }
    let request = UploadRequest(fileGroup: group.id, size: checked.release.size, digest: checked.release.bundle)
    guard let upload = try await platform.ask(.post, "/manage/uploads", request, as: UploadReply.self) else {
      throw Failure(.failed, "the platform does not name an upload for the bundle")
    }
    let firmware: FirmwareReply
    var receipt: String?
    var isNew = false
    if let known = upload.firmware {
      firmware = known
    } else {
      let published = try await send(checked, upload, to: platform, progress)
      (firmware, isNew, receipt) = (published.firmware, published.isNew, published.receipt)
    }
    try await compare(checked, firmware, platform)
    return Receipt(
      checked, group: self.group, destination: address, result: isNew ? .published : .alreadyPublished,
      firmware: firmware.id, proof: receipt)
  }

  /// Returns the file group; `nil` for a group that a dry run would create.
  private func fileGroup(of platform: PlatformConnection) async throws -> FileGroupReply? {
    guard !newGroupTrust.isEmpty else { return try await platform.fileGroup(group) }
    // A text for a new group is its name.
    let groups = try await platform.all("/manage/file-groups", as: FileGroupList.self)
    let name = group.hasPrefix("name:") ? String(group.dropFirst(5)) : group
    if let known = groups.first(where: { $0.name == name }) { return known }
    if dryRun { return nil }
    return try await platform.require(
      .post, "/manage/file-groups", FileGroupRequest(name: name, trust: newGroupTrust), as: FileGroupReply.self)
  }

  /// Returns the receipt of a dry run.
  private func plan(
    _ checked: CheckedBundle, _ group: FileGroupReply?, _ platform: PlatformConnection
  ) async throws -> Receipt {
    var known: FirmwareReply?
    if let group {
      try verify(checked, by: group)
      known = try await platform.all("/manage/file-groups/\(group.id)/firmware", as: FirmwareList.self)
        .first { $0.bundle == checked.release.bundle }
    }
    return Receipt(
      checked, group: self.group, destination: address, result: known == nil ? .wouldPublish : .alreadyPublished,
      firmware: known?.id, proof: nil)
  }

  /// Checks that a key of the group has signed the bundle, as the platform will check.
  private func verify(_ checked: CheckedBundle, by group: FileGroupReply) throws {
    do {
      var acceptance = Acceptance(trust: try group.keys(at: .now).map { try PublicKey(pem: Array($0.utf8)) })
      acceptance.baseSequence = .max
      _ = try acceptance.verify(BundleReader(checked.file).envelope())
    } catch {
      throw Failure(error, on: bundle)
    }
  }

  private func send(
    _ checked: CheckedBundle, _ upload: UploadReply, to platform: PlatformConnection,
    _ progress: @Sendable (UInt64, UInt64) -> Void
  ) async throws -> PublicationReply {
    guard let id = upload.upload else { throw Failure(.failed, "the platform does not name an upload for the bundle") }
    let path = "/manage/uploads/\(id)"
    var offset = upload.received
    var failures = 0
    while offset < checked.file.size {
      let piece = try checked.file.read(at: offset, count: Self.pieceBytes)
      guard !piece.isEmpty else { throw BundleError.changedWhileRead(name: bundle) }
      do {
        let reply = try await platform.send(piece, .patch, "\(path)?offset=\(offset)", as: UploadReply.self)
        offset = reply?.received ?? offset + UInt64(piece.count)
        failures = 0
      } catch let failure as Failure where failure.kind == .unreachable && failures < Self.tries {
        failures += 1
        try await Task.sleep(for: .milliseconds(200 << failures))
        let reply = try? await platform.ask(.get, path, as: UploadReply.self)  // the next request reports the failure
        offset = reply?.received ?? offset
      }
      progress(offset, checked.file.size)
    }
    guard let published = try await platform.ask(.post, "\(path)/finish", as: PublicationReply.self) else {
      throw Failure(.failed, "the platform does not confirm the publication")
    }
    return published
  }

  /// Reads the bundle back and compares it with the signed one.
  private func compare(_ checked: CheckedBundle, _ firmware: FirmwareReply, _ platform: PlatformConnection) async throws
  {
    let hash = Digesting()
    try await platform.fetch("/manage/firmware/\(firmware.id)/bundle", atMost: checked.release.size) { piece in
      hash.update(piece)
    }
    guard hash.finish() == checked.release.bundle else {
      throw Failure(
        .failed, "the platform serves another bundle than the published one",
        hint: "report this to the operator of the platform")
    }
  }
}

/// A SHA-256 computation for use in a closure.
private final class Digesting {
  private var hash: SHA256? = SHA256()

  func update(_ bytes: [UInt8]) { hash?.update(bytes) }

  func finish() -> String { hash.take()?.finish().hexadecimal ?? "" }
}
