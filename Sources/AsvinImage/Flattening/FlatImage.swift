/// The flash content out of an Intel HEX, UF2 or ELF file: one run of bytes from a base address on.
public struct FlatImage: Equatable, Sendable {
  /// The content; gaps are 0xFF, as in erased flash.
  public let bytes: [UInt8]
  /// The address of the first byte.
  public let baseAddress: UInt64
  /// What it was taken out of.
  public let container: ImageFormat
  /// The chip that the container names: UF2 alone does.
  public let chip: Chip?

  /// Takes the content out of a container: at most 64 MiB, out of a file of at most 256 MiB.
  ///
  /// - Throws: `notContainer` for any other file, and every other ``ImageFault``, with the offset in the container.
  public init(flattening source: some ImageSource) throws(ImageError) {
    guard let container = try ImageFormat.container(recognising: source) else { throw ImageError(.notContainer, at: 0) }
    guard source.count <= ImageLimit.containerBytes.value else {
      throw ImageError(.overLimit(.containerBytes), at: ImageLimit.containerBytes.value)
    }
    let memory: FlatMemory
    switch container {
    case .intelHex:
      memory = try IntelHexReader.memory(of: source)
      chip = nil
    case .uf2:
      let reader = try UF2Reader(source)
      memory = reader.memory
      chip = reader.family.flatMap(Chip.init(uf2Family:))
    default:
      memory = try ELFHeader.memory(of: source)
      chip = nil
    }
    self.container = container
    (baseAddress, bytes) = try memory.flattened(endingAt: source.count)
  }

  /// What the content says about itself; it can be an image of any format, so that its checks are made, too.
  ///
  /// A UF2 that names another chip than the image inside it gives the failed check `UF2 family`.
  ///
  /// - Throws: never in practice: all bytes are here.
  public func description() throws(ImageError) -> ImageDescription {
    var description = try ImageDescription(describingFlat: ImageBytes(bytes))
    description.container = container
    description.loadAddress = baseAddress
    if let chip, let inner = description.chip, inner != chip {
      let check = IntegrityCheck(name: "UF2 family", passed: false, expected: chip.rawValue, found: inner.rawValue)
      description.checks.append(check)
    }
    description.chip = description.chip ?? chip
    return description
  }
}
