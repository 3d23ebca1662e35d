import AsvinHost

/// The magic number of a file format, with a further condition if the number is short.
struct Signature {
  let format: ImageFormat
  let offset: UInt64
  let bytes: [UInt8]
  /// The further condition on the first 64 bytes of the file.
  var confirms: @Sendable ([UInt8]) -> Bool = { _ in true }

  init(
    _ format: ImageFormat, _ bytes: [UInt8], at offset: UInt64 = 0,
    _ confirms: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
  ) {
    self.format = format
    self.offset = offset
    self.bytes = bytes
    self.confirms = confirms
  }

  init(_ format: ImageFormat, _ text: String, at offset: UInt64 = 0) {
    self.init(format, Array(text.utf8), at: offset)
  }

  /// The format of a file by its magic number; `nil` if none matches.
  static func format(of source: some ByteSource) throws(ImageError) -> ImageFormat? {
    let start = try source.prefix(64)
    let header = start + [UInt8](repeating: 0, count: 64 - start.count)
    for signature in starts where start.starts(with: signature.bytes) && signature.confirms(header) {
      return signature.format
    }
    for signature in deep where try source.prefix(signature.bytes.count, at: signature.offset) == signature.bytes {
      return signature.format
    }
    return try program(in: source, start)
  }

  /// Returns the format of a program. It checks several places, because a Linux kernel that UEFI can start is also a PE
  /// program.
  private static func program(in source: some ByteSource, _ start: [UInt8]) throws(ImageError) -> ImageFormat? {
    let header = Fields(start + [UInt8](repeating: 0, count: 64 - start.count))
    // Sources: Documentation/arch/arm64/booting.rst and riscv/boot-image-header.rst; zImage; arch/x86/boot.rst; zboot.
    if header.bytes[0x38..<0x3C].elementsEqual("ARM\u{64}".utf8) { return .linuxKernel }
    if header.bytes[0x38..<0x3C].elementsEqual("RSC\u{05}".utf8) { return .linuxKernel }
    if [0x016F_2818, 0x1828_6F01].contains(header.word(0x24)) { return .linuxKernel }
    if try source.prefix(4, at: 0x202) == Array("HdrS".utf8) { return .linuxKernel }
    guard start.starts(with: Array("MZ".utf8)) else { return nil }
    if header.bytes[4..<8].elementsEqual("zimg".utf8) { return .linuxKernel }
    return try source.prefix(4, at: UInt64(header.word(0x3C))) == Array("PE\0\0".utf8) ? .windowsProgram : nil
  }

  private static let starts: [Signature] = [
    // RFC 1952: deflate, no reserved flags, and one of the values that compressors write into XFL.
    Signature(.gzip, [0x1F, 0x8B, 8]) { $0[3] & 0xE0 == 0 && [0, 2, 4].contains($0[8]) },
    Signature(.compress, [0x1F, 0x9D]) { (0x89...0x90).contains($0[2]) },
    Signature(.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]),
    // The properties byte, a dictionary of a power of two, and a size that is unknown or below 1 TiB.
    Signature(.lzma, [0x5D, 0, 0]) { header in
      let size = header[5..<13]
      return header[3].nonzeroBitCount + header[4].nonzeroBitCount == 1
        && (size.allSatisfy { $0 == 0xFF } || size.suffix(3).allSatisfy { $0 == 0 } && size.contains { $0 != 0 })
    },
    Signature(.bzip2, [0x42, 0x5A, 0x68]) { [0x31, 0x17].contains($0[4]) && [0x41, 0x72].contains($0[5]) },
    Signature(.zstd, [0x28, 0xB5, 0x2F, 0xFD]),
    Signature(.lz4, [0x04, 0x22, 0x4D, 0x18]), Signature(.lz4, [0x02, 0x21, 0x4C, 0x18]),
    Signature(.lzop, [0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A]),
    Signature(.zip, [0x50, 0x4B, 3, 4]), Signature(.zip, [0x50, 0x4B, 5, 6]), Signature(.zip, [0x50, 0x4B, 7, 8]),
    Signature(.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    Signature(.rar, "Rar!\u{1A}\u{07}"), Signature(.cab, "MSCF\0\0\0\0"), Signature(.ar, "!<arch>\n"),
    Signature(.cpio, "070701"), Signature(.cpio, "070702"), Signature(.cpio, "070707"),
    Signature(.rpm, [0xED, 0xAB, 0xEE, 0xDB]),
    Signature(.squashfs, "hsqs"), Signature(.squashfs, "sqsh"), Signature(.romfs, "-rom1fs-"),
    Signature(.cramfs, [0x45, 0x3D, 0xCD, 0x28]), Signature(.cramfs, [0x28, 0xCD, 0x3D, 0x45]),
    Signature(.ubi, "UBI#"), Signature(.ubifs, [0x31, 0x18, 0x10, 0x06]), Signature(.xfs, "XFSB"),
    Signature(.jffs2, [0x85, 0x19]) { [0x01, 0x02, 0x03].contains($0[2]) && [0xE0, 0x20].contains($0[3]) },
    Signature(.jffs2, [0x19, 0x85]) { [0x01, 0x02, 0x03].contains($0[3]) && [0xE0, 0x20].contains($0[2]) },
    Signature(.uImage, [0x27, 0x05, 0x19, 0x56]), Signature(.fit, [0xD0, 0x0D, 0xFE, 0xED]),
    Signature(.androidBoot, "ANDROID!"), Signature(.androidSparse, [0x3A, 0xFF, 0x26, 0xED]),
    Signature(.machO, [0xFE, 0xED, 0xFA, 0xCE]), Signature(.machO, [0xFE, 0xED, 0xFA, 0xCF]),
    Signature(.machO, [0xCE, 0xFA, 0xED, 0xFE]), Signature(.machO, [0xCF, 0xFA, 0xED, 0xFE]),
    Signature(.machO, [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0]), Signature(.wasm, [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]),
    Signature(.document, "%PDF-"), Signature(.document, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
    Signature(.document, "GIF8"), Signature(.document, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
    Signature(.document, [0xFF, 0xD8, 0xFF]) { (0xE0...0xEF).contains($0[3]) || $0[3] == 0xDB },
    Signature(.database, "SQLite format 3\0"),
    Signature(.patch, "BSDIFF40"), Signature(.patch, [0x10, 0xDE, 0xCD, 0xFC]),
    // This tool's own patches (AsvinPatch): the format's number, and one of three profiles.
    Signature(.patch, [0xD7]) { $0[1] & 0xF0 == 0x10 && $0[1] & 3 < 3 },
    // Those of unpacked streams: two numbers, then a recipe in zlib's format. 0x2000_10D8 can be the stack of a Cortex-M.
    Signature(.patch, [0xD8, 0x10]) { header in
      let ends = header.indices.dropFirst(10).filter { header[$0] < 128 }
      return ends.count > 2 && ends[1] < 22 && header[ends[1] + 1] == 0x78
    },
    // Those of images in parts. No Cortex-M has an odd stack.
    Signature(.patch, [0xD9, 0x10]),
  ]

  /// Magic numbers that are not at the start.
  private static let deep: [Signature] = [
    Signature(.erofs, [0xE2, 0xE1, 0xF5, 0xE0], at: 1024), Signature(.f2fs, [0x10, 0x20, 0xF5, 0xF2], at: 1024),
    Signature(.btrfs, "_BHRfS_M", at: 0x1_0040), Signature(.iso9660, "CD001", at: 0x8001),
    Signature(.exfat, "EXFAT   ", at: 3), Signature(.ntfs, "NTFS    ", at: 3),
  ]
}
