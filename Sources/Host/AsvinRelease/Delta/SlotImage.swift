import AsvinHost
import AsvinBundle
import AsvinPatchBuilder
import AsvinImage
import AsvinManifest

/// The bytes that a slot holds: of an image file, or of a bundle's image.
///
/// A bundle is checked against its own manifest only. Whose it is does not matter here: a patch is told by digest which
/// base it is for, and what it makes is verified where it is installed.
struct SlotImage {
  /// What the user calls it.
  let name: String
  let source: any ByteSource

  /// The image of a file or bundle.
  init(_ path: String, slot: UInt64, in environment: Environment) throws(Failure) {
    try self.init(Self.open(path, in: environment), path, slot: slot)
  }

  /// As ``init(_:slot:in:)``, of a base: a file of no bytes is the empty base, and a patch of it the compressed image.
  init(base path: String, slot: UInt64, in environment: Environment) throws(Failure) {
    let file = try Self.open(path, in: environment)
    if file.count == 0 { self.init(name: path, source: file) } else { try self.init(file, path, slot: slot) }
  }

  /// As ``init(_:slot:in:)``, or `nil` where a base has nothing for a slot: a file is for slot 0 only.
  init?(
    ifPresent path: String, slot: UInt64, _ choice: ImageChoice, in environment: Environment
  ) throws(Failure) {
    let file = try Self.open(path, in: environment)
    do {
      if try BundleReader.isBundle(file) {
        let manifest = try Manifest(decoding: OpenBundle(file, name: path).reader.manifest)
        guard manifest.components.contains(where: { $0.slot == slot }) else { return nil }
      } else if slot != 0 {
        return nil
      }
    } catch {
      throw Failure(error, on: path)
    }
    try self.init(file, path, slot: slot, choice)
  }

  /// The bytes of an image that is known already.
  init(of image: FirmwareImage) { (name, source) = (image.name, image.source) }

  /// No bytes.
  static var empty: SlotImage { SlotImage(name: "nothing", source: [UInt8]()) }

  private init(name: String, source: any ByteSource) { (self.name, self.source) = (name, source) }

  private init(
    _ file: InputFile, _ path: String, slot: UInt64, _ choice: ImageChoice = ImageChoice()
  ) throws(Failure) {
    name = path
    do {
      source =
        try BundleReader.isBundle(file)
        ? Self.stored(OpenBundle(file, name: path), slot: slot)
        : FirmwareImage(file, name: path, slot: slot, choice).source
    } catch {
      throw Failure(error, on: path)
    }
  }

  private static func open(_ path: String, in environment: Environment) throws(Failure) -> InputFile {
    try explaining(path) {
      try environment.input(path)
    }
  }

  private static func stored(_ bundle: OpenBundle, slot: UInt64) throws -> any ByteSource {
    let manifest = try Manifest(decoding: bundle.reader.manifest)
    guard let component = manifest.components.firstIndex(where: { $0.slot == slot }),
      let index = manifest.components[component].payloads.firstIndex(where: { $0.kind == .image }),
      let member = manifest.members.first(where: { $0.role == .payload(component: component, index: index) })
    else { throw Failure(.inputMissing, "'\(bundle.name)' holds no whole image for slot \(slot)") }
    try bundle.reader.readMembers(manifest.members) { _, _ in }
    return BundleContents(
      of: bundle.file, manifest: bundle.reader.manifest, signatures: bundle.reader.signatureFile
    ).source(of: member, among: manifest.members)
  }

  /// Whether it is patched in parts.
  var isLong: Bool { source.count > UInt64(LongPatch.wholeBytes) }

  /// All its bytes.
  func bytes() throws(Failure) -> [UInt8] {
    guard source.count <= UInt64(PatchBuilder.imageBytes) else {
      throw Failure(.rejected, "the image in '\(name)' has more than \(PatchBuilder.imageBytes) bytes")
    }
    return try explaining(name) {
      try source.read(at: 0, count: Int(source.count))
    }
  }

  /// It, to be read in parts.
  var long: LongImage { LongImage(source) }
}

extension LongImage {
  init(_ source: any ByteSource) {
    self.init(count: Int(clamping: source.count)) { offset, count in try source.read(at: UInt64(offset), count: count) }
  }
}
