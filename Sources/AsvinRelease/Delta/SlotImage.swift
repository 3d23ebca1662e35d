import AsvinBundle
import AsvinDeltaBuilder
import AsvinManifest

/// The bytes that a slot holds, in memory: of an image file, or of a bundle's image.
///
/// A bundle is checked against its own manifest only. Whose it is does not matter here: a patch is told by digest which
/// base it is for, and what it makes is verified where it is installed.
enum SlotImage {
  static func bytes(_ path: String, slot: UInt64, in surroundings: Surroundings) throws(Failure) -> [UInt8] {
    try bytes(open(path, in: surroundings), path, slot: slot)
  }

  /// As ``bytes(_:slot:in:)``, of a base: a file of no bytes is the empty base, and a patch of it the compressed image.
  static func base(_ path: String, slot: UInt64, in surroundings: Surroundings) throws(Failure) -> [UInt8] {
    let file = try open(path, in: surroundings)
    return file.count == 0 ? [] : try bytes(file, path, slot: slot)
  }

  /// As ``bytes(_:slot:in:)``, or `nil` where a base has nothing for a slot: a file is for slot 0 only.
  static func bytesIfPresent(
    _ path: String, slot: UInt64, in surroundings: Surroundings
  ) throws(Failure) -> [UInt8]? {
    let file = try open(path, in: surroundings)
    do {
      guard try BundleReader.isBundle(file) else { return slot == 0 ? try image(file, name: path, slot: slot) : nil }
      let bundle = try OpenBundle(file, name: path)
      let manifest = try Manifest(decoding: bundle.reader.manifest)
      return manifest.components.contains { $0.slot == slot } ? try stored(bundle, slot: slot) : nil
    } catch {
      throw Failure(error, on: path)
    }
  }

  private static func open(_ path: String, in surroundings: Surroundings) throws(Failure) -> InputFile {
    do {
      return try InputFile(Surroundings.path(path, from: surroundings.folder))
    } catch {
      throw Failure(error, on: path)
    }
  }

  private static func bytes(_ file: InputFile, _ path: String, slot: UInt64) throws(Failure) -> [UInt8] {
    do {
      guard try BundleReader.isBundle(file) else { return try image(file, name: path, slot: slot) }
      return try stored(OpenBundle(file, name: path), slot: slot)
    } catch {
      throw Failure(error, on: path)
    }
  }

  /// The bytes of an image that is known already.
  static func bytes(of image: FirmwareImage) throws(Failure) -> [UInt8] {
    try limit(image.source.count, name: image.name)
    do {
      var bytes: [UInt8] = []
      try image.source.forEachPiece { bytes += $0 }
      return bytes
    } catch {
      throw Failure(error, on: image.name)
    }
  }

  private static func image(_ file: InputFile, name: String, slot: UInt64) throws -> [UInt8] {
    try bytes(of: FirmwareImage(file, name: name, slot: slot))
  }

  private static func stored(_ bundle: OpenBundle, slot: UInt64) throws -> [UInt8] {
    let manifest = try Manifest(decoding: bundle.reader.manifest)
    guard let component = manifest.components.firstIndex(where: { $0.slot == slot }),
      let index = manifest.components[component].payloads.firstIndex(where: { $0.kind == .image })
    else { throw Failure(.inputMissing, "'\(bundle.name)' holds no whole image for slot \(slot)") }
    try limit(manifest.components[component].size, name: bundle.name)
    var bytes: [UInt8] = []
    try bundle.reader.readMembers(manifest.members) { member, piece in
      if member.role == .payload(component: component, index: index) { bytes += Array(copying: piece) }
    }
    return bytes
  }

  private static func limit(_ size: UInt64, name: String) throws(Failure) {
    guard size <= UInt64(PatchBuilder.imageBytes) else {
      throw Failure(.rejected, "the image in '\(name)' has more than \(PatchBuilder.imageBytes) bytes")
    }
  }
}
