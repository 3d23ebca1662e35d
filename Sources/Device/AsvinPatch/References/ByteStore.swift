/// Bytes by their offset. Bytes outside are 0.
public protocol ByteStore: ~Copyable {
  /// Bytes in all.
  var count: UInt32 { get }
  /// One byte; `offset` is below ``count``.
  func byte(at offset: UInt32) -> UInt8
}

extension ByteStore where Self: ~Copyable {
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func get(_ offset: UInt32) -> UInt32 { offset < count ? UInt32(byte(at: offset)) : 0 }

  /// Little-endian; zeros past the end.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  package func word(_ offset: UInt32) -> UInt32 {
    get(offset) | get(offset &+ 1) << 8 | get(offset &+ 2) << 16 | get(offset &+ 3) << 24
  }
}
