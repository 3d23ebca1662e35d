import AsvinHost

/// A complete flash of an Espressif chip: bootloader, partition table, and an application in a partition.
struct FlashDump {
  /// Where the bootloader starts: 0 on most chips, 0x1000 on ESP32 and S2, 0x2000 on C5, H4, P4 and S31.
  static let bootloaderOffsets: [UInt64] = [0, 0x1000, 0x2000]

  let bootloader: EspressifImage
  let table: PartitionTable
  /// The application that starts by default; `nil` if no partition holds an application in a format that is read here.
  let application: EspressifImage?

  /// The dump; `nil` if the file is not one.
  ///
  /// A bootloader ends before the partition table. The application of an update may contain the bytes of such a table
  /// by chance, but it does not end before them.
  init?(_ source: some ByteSource) throws(ImageError) {
    guard let first = try source.byte(at: 0), first == EspressifHeader.magic || first == 0xFF,
      let table = try PartitionTable(in: source)
    else { return nil }
    for offset in Self.bootloaderOffsets where offset < table.offset {
      guard let bootloader = try Self.image(source, at: offset) else { continue }
      if let walk = bootloader.walk, walk.end > table.offset { return nil }
      self.bootloader = bootloader
      self.table = table
      application = try table.application(in: source)
      return
    }
    return nil
  }

  /// The image at an offset. Its entry point determines the kind of header.
  fileprivate static func image(_ source: some ByteSource, at offset: UInt64) throws(ImageError) -> EspressifImage? {
    if let short = try EspressifImage(.short, source, at: offset), short.header.isEnteredInESP8266Memory {
      return short
    }
    return try EspressifImage(.long, source, at: offset)
  }
}

/// ESP-IDF's partition table (esp_flash_partitions.h, `esp_partition_info_t`): at most 95 entries of 32 bytes.
struct PartitionTable {
  /// The table's default offset in ESP-IDF, and the last offset at which the table is searched. A project can put the
  /// table into any sector before the first partition, which usually starts no later than that.
  static let usual: UInt64 = 0x8000
  private static let last: UInt64 = 0x4_0000

  let offset: UInt64
  /// Subtype and offset of each application partition, the factory's first, then the slots in order.
  let applications: [(subtype: UInt8, offset: UInt64)]

  /// The table of a dump; `nil` if there is none.
  init?(in source: some ByteSource) throws(ImageError) {
    let others = stride(from: 0x1000 as UInt64, through: Self.last, by: 0x1000).filter { $0 != Self.usual }
    for offset in [Self.usual] + others {
      if let table = try PartitionTable(source, at: offset) {
        self = table
        return
      }
    }
    return nil
  }

  private init?(_ source: some ByteSource, at offset: UInt64) throws(ImageError) {
    var applications: [(subtype: UInt8, offset: UInt64)] = []
    var position = offset
    while position < offset + 95 * 32, let entry = try source.fields(at: position, count: 32), Self.isEntry(entry) {
      if entry.byte(2) == 0 { applications.append((entry.byte(3), UInt64(entry.word(4)))) }
      position += 32
    }
    guard !applications.isEmpty else { return nil }
    self.offset = offset
    self.applications = applications.sorted { $0.subtype < $1.subtype }
  }

  /// Whether a structure is an entry. It has the magic number, the type of an application, of data or of a project, and
  /// a partition that starts at a sector.
  private static func isEntry(_ entry: Fields) -> Bool {
    entry.half(0) == 0x50AA && (entry.byte(2) <= 3 || (0x40...0xFE).contains(entry.byte(2)))
      && entry.word(4).isMultiple(of: 0x1000) && entry.word(8) > 0
  }

  /// Whether a file is a partition table and nothing more.
  static func isAlone(_ start: [UInt8], count: UInt64) -> Bool {
    guard count <= 0x1000, start.count >= 64 else { return false }
    let next = Fields(Array(start[32..<64]))
    return isEntry(Fields(Array(start[..<32]))) && (isEntry(next) || [0xEBEB, 0xFFFF].contains(next.half(0)))
  }

  /// The application that starts by default: the first one that is present.
  func application(in source: some ByteSource) throws(ImageError) -> EspressifImage? {
    for partition in applications {
      if let image = try FlashDump.image(source, at: partition.offset) { return image }
    }
    return nil
  }
}
