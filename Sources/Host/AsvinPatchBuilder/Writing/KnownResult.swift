import AsvinPatch

/// The result of a patch that is being written. Bytes that are not coded yet cannot be read, as on the device.
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
