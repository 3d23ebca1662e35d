import Testing

@testable import AsvinImage

@Suite struct ForeignFileTests {
  static func padded(_ start: [UInt8], _ count: Int = 4096) -> [UInt8] { start + noise(count - start.count) }

  static let starts: [(ImageFormat, [UInt8])] = simple + composed

  static let simple: [(ImageFormat, [UInt8])] = [
    (.gzip, [0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 3]),
    (.gzip, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 255]),
    (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 4]),
    (.zstd, [0x28, 0xB5, 0x2F, 0xFD, 4]),
    (.lz4, [4, 0x22, 0x4D, 0x18, 0x64]),
    (.lz4, [2, 0x21, 0x4C, 0x18]),
    (.lzop, [0x89, 0x4C, 0x5A, 0x4F, 0, 0x0D, 0x0A, 0x1A, 0x0A]),
    (.compress, [0x1F, 0x9D, 0x90]),
    (.zip, [0x50, 0x4B, 3, 4, 20]),
    (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
    (.rar, Array("Rar!\u{1A}\u{7}".utf8)),
    (.ar, Array("!<arch>\n".utf8)),
    (.cpio, Array("070701".utf8)),
    (.rpm, [0xED, 0xAB, 0xEE, 0xDB]),
    (.squashfs, Array("hsqs".utf8)),
    (.ubi, Array("UBI#".utf8)),
    (.ubifs, [0x31, 0x18, 0x10, 6]),
    (.cramfs, [0x45, 0x3D, 0xCD, 0x28]),
    (.romfs, Array("-rom1fs-".utf8)),
    (.jffs2, [0x85, 0x19, 3, 0x20]),
    (.uImage, [0x27, 5, 0x19, 0x56]),
    (.fit, [0xD0, 0x0D, 0xFE, 0xED]),
    (.androidBoot, Array("ANDROID!".utf8)),
    (.androidSparse, [0x3A, 0xFF, 0x26, 0xED]),
    (.machO, [0xCF, 0xFA, 0xED, 0xFE]),
    (.machO, [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2]),
    (.wasm, [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]),
    (.document, Array("%PDF-1.7".utf8)),
    (.database, Array("SQLite format 3\0".utf8)),
    (.patch, Array("BSDIFF40".utf8)),
  ]

  /// Built one by one: the compiler cannot infer the types of so long an expression.
  static var composed: [(ImageFormat, [UInt8])] {
    var all: [(ImageFormat, [UInt8])] = []
    all.append((.bzip2, [Array("BZh9".utf8), [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]].flatMap(\.self)))
    all.append((.lzma, [[0x5D, 0, 0, 0x80, 0], [UInt8](repeating: 0xFF, count: 8)].flatMap(\.self)))
    all.append(
      (.windowsProgram, [Array("MZ".utf8), zeros(58), word(0x80), zeros(64), Array("PE\0\0".utf8)].flatMap(\.self)))
    all.append((.linuxKernel, [Array("MZ".utf8), zeros(54), Array("ARMd".utf8)].flatMap(\.self)))
    all.append((.linuxKernel, [zeros(36), word(0x016F_2818)].flatMap(\.self)))
    all.append((.linuxKernel, [zeros(0x202), Array("HdrS".utf8)].flatMap(\.self)))
    all.append((.erofs, [zeros(1024), [0xE2, 0xE1, 0xF5, 0xE0]].flatMap(\.self)))
    all.append((.littlefs, [[1, 0, 0, 0, 0xF0, 0x0F, 0xFF, 0xF7], Array("littlefs".utf8)].flatMap(\.self)))
    all.append((.nvs, [word(0xFFFF_FFFE), word(0), [0xFE], [UInt8](repeating: 0xFF, count: 19)].flatMap(\.self)))
    all.append((.exfat, [[0xEB, 0x76, 0x90], Array("EXFAT   ".utf8)].flatMap(\.self)))
    all.append((.ntfs, [[0xEB, 0x52, 0x90], Array("NTFS    ".utf8)].flatMap(\.self)))
    all.append((.patch, [0xD7, 0x10, 1, 2, 3, 4]))
    all.append((.patch, [0xD7, 0x12]))
    all.append((.patch, [[0xD8, 0x10], zeros(8), [0x85, 1, 0x40, 0x78, 0xDA]].flatMap(\.self)))
    all.append((.patch, [[0xD9, 0x10], zeros(8), [0x85, 1]].flatMap(\.self)))
    return all
  }

  @Test(arguments: starts)
  func `A file of another known format is recognised`(expected: ImageFormat, start: [UInt8]) throws {
    #expect(try format(Self.padded(start)) == expected)
    let description = try describe(Self.padded(start))
    #expect(description.format == expected)
    #expect(expected.kind != .image && expected.kind != .container)
  }

  @Test(arguments: simple)
  func `A magic number with a wrong byte is not recognised`(format expected: ImageFormat, start: [UInt8]) throws {
    let bytes = Self.padded(start)
    for offset in 0..<min(3, start.count) { #expect(try format(bytes.flipped(at: offset)) != expected) }
  }

  @Test func `An archive of this tool is a bundle, and another one a tar`() throws {
    func tar(_ name: String) -> [UInt8] {
      var header = field(name, 100) + field("0000644", 8) + field("0000000", 8) + field("0000000", 8)
      header +=
        field("00000000005", 12) + field("00000000000", 12) + Array("        ".utf8) + Array("0".utf8) + zeros(355)
      let sum = header.reduce(0) { $0 + Int($1) }
      let digits = String(sum, radix: 8)
      let text = String(repeating: "0", count: 6 - digits.utf8.count) + digits
      return header.with(Array(text.utf8) + [0, 0x20], at: 148) + field("hello", 512) + zeros(1024)
    }
    #expect(try format(tar("manifest.cbor")) == .bundle)
    #expect(try format(tar("rootfs/")) == .tar)
    #expect(try describe(Array(tar("rootfs/").dropLast(100))).isWhole == false)
  }

  @Test func `A FAT file system and a disk with partitions are distinguished`() throws {
    var fat = zeros(4096).with([0xEB, 0x3C, 0x90] + Array("MSDOS5.0".utf8) + half(512) + [1, 1, 0, 2], at: 0)
    fat = fat.with(Array("FAT16   ".utf8), at: 54).with([0x55, 0xAA], at: 510)
    #expect(try format(fat) == .fat)
    let entry: [UInt8] = [0x80, 0, 2, 0, 0x0C, 0, 0, 0] + word(2048) + word(8192)
    let disk = zeros(4096).with(entry, at: 446).with([0x55, 0xAA], at: 510)
    #expect(try format(disk) == .diskImage)
    // Firmware can hold 55 AA there by chance.
    #expect(try format(noise(4096).with([0x55, 0xAA], at: 510)) == .plain)
    #expect(try format(zeros(4096).with(Array("EFI PART".utf8), at: 512)) == .diskImage)
  }

  @Test func `SPIFFS is recognised by the magic number of every block`() throws {
    for (page, block) in [(256, 4096), (256, 8192), (512, 16_384)] {
      let blocks = 8
      var image = [UInt8](repeating: 0xFF, count: block * blocks)
      let lookup = max(page, (block / page * 2 + page - 1) / page * page)
      for index in 0..<blocks {
        let mark = UInt16(0x0529) ^ UInt16(page) ^ UInt16(blocks - index)
        image = image.with(half(mark), at: index * block + lookup - 4)
      }
      #expect(try format(image) == .spiffs)
      #expect(try format(image.flipped(at: block + lookup - 4)) == .plain)
    }
  }

  @Test func `Erased flash is not an image`() throws {
    #expect(try format([UInt8](repeating: 0xFF, count: 70_000)) == .erased)
    #expect(try format([UInt8](repeating: 0xFF, count: 70_000) + [0]) == .plain)
    #expect(try format(zeros(70_000)) == .plain)
  }

  static let ext4: [UInt8] = zeros(1024) + word(16) + word(4) + zeros(16) + word(0) + zeros(28) + half(0xEF53)
  static let sized: [(ImageFormat, [UInt8])] = [
    (.squashfs, Array("hsqs".utf8) + zeros(36) + long(4096)), (.fit, [0xD0, 0x0D, 0xFE, 0xED, 0, 0, 0x10, 0]),
    (.ext4, ext4), (.linuxKernel, zeros(36) + word(0x016F_2818) + word(0x100) + word(0x1100)),
  ]

  @Test(arguments: sized)
  func `A file that is shorter than its header states was truncated`(expected: ImageFormat, start: [UInt8]) throws {
    let image = start + zeros(4096 - start.count)
    #expect(try describe(image).format == expected)
    #expect(try describe(image).isWhole)
    #expect(try !describe(Array(image.dropLast())).isWhole)
  }

  @Test func `An image of U-Boot is checked by its header's CRC and its size`() throws {
    // mkimage -A arm -T firmware -C none -n test, of 8 bytes.
    var header: [UInt8] =
      [0x27, 5, 0x19, 0x56] + zeros(4) + zeros(4) + [0, 0, 0, 8] + zeros(12) + [17, 2, 5, 0] + field("test", 32)
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in header {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    header = header.with(word(~crc).reversed(), at: 4)
    #expect(try describe(header + noise(8)).isWhole)
    #expect(try !describe(header + noise(7)).isWhole)
    #expect(try !describe(header.flipped(at: 40) + noise(8)).isWhole)
  }

  @Test func `Noise is plain`() throws {
    for seed in UInt8.min...UInt8.max { #expect(try format(noise(3000, seed: seed)) == .plain) }
  }
}
