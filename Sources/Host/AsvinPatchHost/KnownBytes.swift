import AsvinPatch

/// Bytes in memory.
package struct KnownBytes: ByteStore {
  package let bytes: [UInt8]
  package init(bytes: [UInt8]) { self.bytes = bytes }
  package var count: UInt32 { UInt32(bytes.count) }
  @inline(__always)
  package func byte(at offset: UInt32) -> UInt8 { bytes[Int(offset)] }
}

/// The result of a patch that is being applied.
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
