import AsvinCrypto
import AsvinHost
import AsvinManifest
package import AsvinPlatformAPI

extension PlatformConnection {
  /// Returns the firmware that a text names: by its id, or by its name with or without its version, such as `blink:1.0.0`.
  ///
  /// - Throws: ``Failure`` for an unknown or ambiguous text.
  package func firmware(_ text: String) async throws -> FirmwareReply {
    let reference = PlatformReference(text)
    let (called, version) = Self.nameAndVersion(reference)
    let query = [QueryItem("called", called)] + (version.map { [QueryItem("version", $0)] } ?? [])
    let found = try await all("/manage/firmware", query, as: FirmwareList.self)
    let words = { (item: FirmwareReply) in
      "\(item.id) '\(item.name) \(item.version)' in file group '\(item.fileGroupName ?? "\(item.fileGroup)")'"
    }
    if let id = reference.id, let item = found.first(where: { $0.id == id }) { return item }
    let named = reference.isName ? found.filter { $0.name == called && version ?? $0.version == $0.version } : []
    guard let item = named.first else {
      throw Failure(.inputMissing, "the platform has no firmware '\(text)'", hint: "see: asvin-pack firmware list")
    }
    guard named.count == 1 else { throw PlatformReference.ambiguous(text, "firmware image", named.map(words)) }
    return item
  }

  private static func nameAndVersion(_ reference: PlatformReference) -> (name: String, version: String?) {
    guard reference.isName, let colon = reference.text.lastIndex(of: ":") else { return (reference.text, nil) }
    return (String(reference.text[..<colon]), String(reference.text[reference.text.index(after: colon)...]))
  }

  /// Downloads the bundle of firmware to a file, which must not exist.
  ///
  /// - Returns: the size in bytes.
  /// - Throws: ``Failure`` if the firmware has no bundle or the bytes do not have its digest; `FileError`.
  package func fetch(bundleOf firmware: FirmwareReply, to path: String) async throws -> UInt64 {
    guard let digest = firmware.bundle else {
      throw Failure(.inputMissing, "firmware \(firmware.id) was published without a bundle")
    }
    let file = try OutputFile(path, durability: .remade)
    var hash = SHA256()
    var size: UInt64 = 0
    try await fetch("/manage/firmware/\(firmware.id)/bundle", atMost: PlatformLimit.bundleBytes) { piece in
      hash.update(piece)
      size += UInt64(piece.count)
      try file.write(piece)
    }
    guard hash.finish().hexadecimal == digest else {
      throw Failure(.rejected, "the bundle of firmware \(firmware.id) does not have its digest", hint: "fetch it again")
    }
    try file.commit()
    return size
  }
}
