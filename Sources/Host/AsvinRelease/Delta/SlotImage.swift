import AsvinHost
import AsvinBundle
import AsvinPatchHost
import AsvinImage
import AsvinManifest

/// The content of a slot, from an image file or from a bundle.
///
/// A bundle is checked against its own manifest only. Its signer does not matter here: a patch names by digest which
/// base it is for, and the device verifies the result.
struct SlotImage {
  /// The name that the user gave.
  let name: String
  let source: any ByteSource

  init(_ path: String, slot: UInt64, in environment: Environment) throws(Failure) {
    try self.init(Self.open(path, in: environment), path, slot: slot)
  }

  /// As ``init(_:slot:in:)``, for a base. An empty file is the empty base, whose patch is the compressed image.
  init(base path: String, slot: UInt64, in environment: Environment) throws(Failure) {
    let file = try Self.open(path, in: environment)
    if file.size == 0 { self.init(name: path, source: file) } else { try self.init(file, path, slot: slot) }
  }

  /// As ``init(_:slot:in:)``, or `nil` if a base does not have the slot. An image file is for slot 0 only.
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

  init(of image: FirmwareImage) { (name, source) = (image.name, image.source) }

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
    else { throw Failure(.inputMissing, "'\(bundle.name)' does not hold a complete image for slot \(slot)") }
    try bundle.reader.readMembers(manifest.members)
    return bundle.reader.content(of: member, among: manifest.members)
  }

  /// Whether it is patched in parts.
  var isLong: Bool { source.size > UInt64(LongPatch.wholeBytes) }

  func bytes() throws(Failure) -> [UInt8] {
    guard source.size <= UInt64(ImagePatch.imageBytes) else {
      throw Failure(.rejected, "the image in '\(name)' has more than \(ImagePatch.imageBytes) bytes")
    }
    return try explaining(name) {
      try source.read(at: 0, count: Int(source.size))
    }
  }

  var long: LongImage { LongImage(source) }
}
