import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinImage
import AsvinManifest

/// An open firmware file: the bytes that a slot will hold, and their description.
struct FirmwareImage {
  /// The name that the user gave.
  let name: String
  /// The slot that it is for.
  let slot: UInt64
  /// The bytes for the slot: those of the file, or flattened from a container.
  let source: any ByteSource
  let description: ImageDescription

  /// Opens a file.
  init(
    _ path: String, slot: UInt64, _ choice: ImageChoice = ImageChoice(), in environment: Environment
  ) throws(Failure) {
    do {
      try self.init(environment.input(path), name: path, slot: slot, choice)
    } catch {
      throw Failure(error, on: path)
    }
  }

  init(_ file: InputFile, name: String, slot: UInt64, _ choice: ImageChoice = ImageChoice()) throws {
    self.name = name
    self.slot = slot
    guard file.size > 0 else { throw Failure(.rejected, "'\(name)' is empty", hint: "give a firmware image") }
    let view = file
    let format = try ImageFormat(recognising: view)
    if format.isContainer {
      do throws(ImageError) {
        let flat = try FlatImage(flattening: view, choice)
        source = flat.bytes
        description = try flat.description()
      } catch {
        throw error.failure(on: name, format, slot: slot)
      }
    } else {
      source = file
      description = try ImageDescription(describing: view)
    }
  }

  /// Reads a container with all of its ranges.
  static func container(of file: InputFile) throws -> Container { try Container(reading: file) }

  /// Opens an image of a bundle. Bundles do not hold containers.
  init(stored source: any ByteSource, name: String, slot: UInt64) throws {
    self.name = name
    self.slot = slot
    self.source = source
    description = try ImageDescription(describingStored: source)
  }

  /// The name of the file without folder and extension, used as the name of the product.
  var stem: String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
    return String(last[..<dot])
  }

  /// The version in the image, if it is a valid name. Some images hold a sentence there.
  var version: Name? { description.version.flatMap { Name($0) } }

  /// SHA-256 of the bytes that go into the slot.
  func digest(progress: (UInt64) -> Void) throws -> Digest {
    var hash = SHA256()
    var done: UInt64 = 0
    try source.forEachPiece { piece in
      hash.update(piece)
      done += UInt64(piece.count)
      progress(done)
    }
    return hash.finish()
  }
}
