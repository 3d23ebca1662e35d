import AsvinPatch

/// Bytes in memory.
struct KnownBytes: ByteStore {
  let bytes: [UInt8]
  var count: UInt32 { UInt32(bytes.count) }
  @inline(__always)
  func byte(at offset: UInt32) -> UInt8 { bytes[Int(offset)] }
}

/// The result while its patch is written: what has not been coded yet is not seen, as on the device.
struct KnownResult: PatchOutput {
  let bytes: [UInt8]
  private(set) var count: UInt32 = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  @inline(__always)
  func byte(at offset: UInt32) -> UInt8 { bytes[Int(offset)] }
  @inline(__always)
  mutating func append(_ byte: UInt8) { count &+= 1 }
  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
}

/// The result while its patch is applied.
struct GrowingResult: PatchOutput {
  private(set) var bytes: [UInt8] = []
  var count: UInt32 { UInt32(bytes.count) }
  @inline(__always)
  func byte(at offset: UInt32) -> UInt8 { bytes[Int(offset)] }
  @inline(__always)
  mutating func append(_ byte: UInt8) { bytes.append(byte) }
  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
}
