package import AsvinHost

/// The format of a file: a firmware image, a container of one, or another file that is signed by mistake.
package enum ImageFormat: String, Sendable, CaseIterable {
  /// Bytes in no recognised format.
  case plain
  /// An ESP8266 image: ROM loader ("V1"), bootloader ("V2"), RTOS SDK ("V3"), or Arduino's eboot and application.
  case esp8266
  /// An image of the ESP32 family, or a flash dump that holds one.
  case esp32
  /// An image with an MCUboot header.
  case mcuboot

  /// Intel HEX, a container; also a universal hex file for several boards.
  case intelHex = "intel-hex"
  /// Motorola S-records, a container.
  case sRecord = "s-record"
  /// TI-TXT, a container.
  case tiText = "ti-txt"
  /// UF2, a container.
  case uf2
  /// An executable ELF with fixed addresses and no operating system, a container.
  case elf
  /// A file with a DFU suffix, plain or DfuSe, a container.
  case dfu

  /// File systems and boot files of Linux.
  case squashfs, ext4, erofs, cramfs, romfs, jffs2, ubi, ubifs, f2fs, btrfs, xfs
  case linuxKernel = "linux-kernel"
  case uImage = "uimage"
  case fit
  case androidBoot = "android-boot"

  /// Compressed data.
  case gzip, xz, lzma, bzip2, zstd, lz4, lzop
  case compress = "unix-compress"

  /// Archives.
  case zip, tar, cpio, ar, rar, cab, rpm
  case sevenZip = "7z"

  /// Programs and their parts.
  case elfObject = "elf-object"
  case elfLibrary = "elf-library"
  case elfCore = "elf-core"
  case linuxProgram = "linux-program"
  case windowsProgram = "windows-program"
  case machO = "mach-o"
  case wasm

  /// Parts of a flash or a disk that are not the application.
  case fat, littlefs, spiffs, exfat, ntfs, iso9660
  case nvs = "esp-nvs"
  case partitionTable = "esp-partition-table"
  case diskImage = "disk-image"
  case androidSparse = "android-sparse"
  case erased

  /// Texts and documents.
  case script, html, xml, json, yaml, pem, text, document, database

  /// Files that this tool makes.
  case bundle = "asvin-bundle"
  case patch

  /// The treatment of a format by a slot that does not list it.
  package enum Kind: Sendable {
    /// An image, accepted unless the slot lists other formats.
    case image
    /// A container, whose content becomes the image.
    case container
    /// An image for Linux, accepted unless the slot lists other formats.
    case linux
    /// Part of a flash or disk, accepted only if the slot lists it.
    case storage
    /// Anything else, accepted only if the slot lists it.
    case foreign
  }

  /// The treatment of the format by a slot that does not list it.
  package var kind: Kind {
    switch self {
    case .plain, .esp8266, .esp32, .mcuboot: .image
    case .intelHex, .sRecord, .tiText, .uf2, .elf, .dfu: .container
    case .squashfs, .ext4, .erofs, .cramfs, .romfs, .jffs2, .ubi, .ubifs, .f2fs, .btrfs, .xfs, .linuxKernel, .uImage,
      .fit, .androidBoot:
      .linux
    case .fat, .littlefs, .spiffs, .exfat, .ntfs, .iso9660, .nvs, .partitionTable, .diskImage, .androidSparse, .erased:
      .storage
    case .gzip, .xz, .lzma, .bzip2, .zstd, .lz4, .lzop, .compress, .zip, .tar, .cpio, .ar, .rar, .cab, .rpm, .sevenZip,
      .elfObject, .elfLibrary, .elfCore, .linuxProgram, .windowsProgram, .machO, .wasm, .script, .html, .xml, .json,
      .yaml, .pem, .text, .document, .database, .bundle, .patch:
      .foreign
    }
  }

  /// Whether the image must be flattened out of the file first: see ``FlatImage``.
  package var isContainer: Bool { kind == .container }

  /// Recognises a file by its content.
  ///
  /// A damaged file keeps its format as long as the rest of it identifies the format. Then its checks fail, or
  /// flattening throws. A file is ``plain`` only if nothing in it indicates a format.
  ///
  /// - Throws: `unreadable`.
  package init(recognising source: some ByteSource) throws(ImageError) {
    if try UF2Block.begins(source) {
      self = .uf2
    } else if let format = try ELFHeader.format(of: source) {
      self = format
    } else if try DFUFile.isPresent(in: source) {
      self = .dfu
    } else if let format = try TextFile.container(in: source) {
      self = format
    } else {
      self = try Self.flat(recognising: source)
    }
  }

  /// Recognises a file whose bytes are the image.
  static func flat(recognising source: some ByteSource) throws(ImageError) -> ImageFormat {
    if try MCUbootHeader(source) != nil { return .mcuboot }
    // An ELF file that arrives here is a program or an object. It can also be a container in a container, which no tool
    // turns into an image.
    if let format = try ELFHeader.format(of: source) { return format }
    if let format = try Signature.format(of: source) { return format }
    if let format = try StorageSigns.format(of: source) { return format }
    if let layout = try EspressifLayout(recognising: source) { return layout.format }
    return try TextFile.format(of: source) ?? .plain
  }
}
