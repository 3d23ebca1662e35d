/// A whole flash of the ESP32 family: bootloader, partition table, and an application in a partition.
struct FlashDump {
  /// Where the bootloader starts: 0 on most chips, 0x1000 on ESP32 and S2, 0x2000 on C5, H4, P4 and S31.
  static let bootloaderOffsets: [UInt64] = [0, 0x1000, 0x2000]

  let bootloader: EspressifImage
  let application: EspressifImage

  /// The dump; `nil` where the file is none.
  ///
  /// The partition table is looked for where ESP-IDF puts it by default. A bootloader ends before it, which an
  /// application of an update, which could hold such bytes by chance, does not.
  init?(_ source: some ImageSource) throws(ImageError) {
    guard let first = try source.byte(at: 0), first == EspressifHeader.magic || first == 0xFF,
      let table = try PartitionTable(source), let application = try table.application(in: source)
    else { return nil }
    for offset in Self.bootloaderOffsets {
      guard let bootloader = try EspressifImage(.long, source, at: offset) else { continue }
      if let walk = bootloader.walk, walk.end > PartitionTable.offset { return nil }
      self.bootloader = bootloader
      self.application = application
      return
    }
    return nil
  }
}

/// ESP-IDF's partition table (esp_flash_partitions.h, `esp_partition_info_t`): at most 95 entries of 32 bytes.
struct PartitionTable {
  /// Bytes of the flash before the table, unless a project chooses another place.
  static let offset: UInt64 = 0x8000

  /// Subtype and offset of each application partition, the factory's first, then the slots in order.
  private let applications: [(subtype: UInt8, offset: UInt64)]

  /// The table of a dump; `nil` where there is none.
  init?(_ source: some ImageSource) throws(ImageError) {
    var applications: [(subtype: UInt8, offset: UInt64)] = []
    var position = Self.offset
    while position < Self.offset + 95 * 32, let entry = try source.fields(at: position, count: 32),
      entry.half(0) == 0x50AA
    {
      if entry.byte(2) == 0 { applications.append((entry.byte(3), UInt64(entry.word(4)))) }
      position += 32
    }
    guard !applications.isEmpty else { return nil }
    self.applications = applications.sorted { $0.subtype < $1.subtype }
  }

  /// The application that starts when nothing else is chosen: the first one that is there.
  func application(in source: some ImageSource) throws(ImageError) -> EspressifImage? {
    for partition in applications {
      if let image = try EspressifImage(.long, source, at: partition.offset) { return image }
    }
    return nil
  }
}
