package import AsvinHost

/// The flash content of a container: contiguous bytes from a base address.
package struct FlatImage: Equatable, Sendable {
  /// The content; gaps are 0xFF, as in erased flash.
  package let bytes: [UInt8]
  /// The address of the first byte, or 0 if the container does not name one.
  package let baseAddress: UInt64
  /// The format of the container.
  package let container: ImageFormat
  /// Whether the container names the address.
  package let hasAddress: Bool
  /// The chip or board that the container names.
  package let family: ImageFamily?
  /// The addresses of the data in the image, ascending.
  package let ranges: [AddressRange]
  /// The addresses of the data in the container that is not in the image.
  package let leftOut: [AddressRange]

  init(
    bytes: [UInt8], baseAddress: UInt64, container: ImageFormat, hasAddress: Bool, family: ImageFamily?,
    ranges: [AddressRange], leftOut: [AddressRange]
  ) {
    self.bytes = bytes
    self.baseAddress = baseAddress
    self.container = container
    self.hasAddress = hasAddress
    self.family = family
    self.ranges = ranges
    self.leftOut = leftOut
  }

  /// Reads the content of a container: at most 64 MiB, from a file of at most 256 MiB.
  ///
  /// - Throws: `notContainer` for any other file, and every other ``ImageFault``, with the offset in the container.
  package init(flattening source: some ByteSource, _ choice: ImageChoice = ImageChoice()) throws(ImageError) {
    self = try Container(reading: source).image(choice)
  }

  /// The chip that the container names.
  package var chip: Chip? { family?.chip }

  /// The description of the content, including the checks of the content's own format, which can be any format.
  ///
  /// A UF2 file that names another chip than its image fails the check `UF2 family`.
  ///
  /// - Throws: never in practice, because all bytes are in memory.
  package func description() throws(ImageError) -> ImageDescription {
    var description = try ImageDescription(describingFlat: bytes)
    description.container = container
    description.loadAddress = hasAddress ? baseAddress : nil
    description.ranges = ranges
    description.leftOut = leftOut
    if let chip, let inner = description.chip, inner != chip {
      let check = IntegrityCheck(name: "UF2 family", passed: false, expected: chip.rawValue, found: inner.rawValue)
      description.checks.append(check)
    }
    description.chip = description.chip ?? chip
    return description
  }
}
