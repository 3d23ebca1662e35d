/// The base, followed by the result: the sources of covers.
struct Images<Base: ByteStore & ~Copyable, Output: PatchOutput & ~Copyable>: ~Copyable, ByteStore {
  let base: Base
  var output: Output

  /// Bytes of both.
  var count: UInt32 { base.count &+ output.count }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func byte(at offset: UInt32) -> UInt8 {
    offset < base.count ? base.byte(at: offset) : output.byte(at: offset &- base.count)
  }
}
