/// Stands for the digests, which would keep the fuzzer out: every image has the same one, of zeros.
public struct SHA256 {
  /// A digest of nothing.
  public init() {}
  /// Ignores bytes.
  public mutating func update(_ bytes: [UInt8]) {}
  /// The digest.
  public consuming func finish() -> Digest { Digest() }
  /// The digest of a buffer.
  public static func digest(of bytes: Span<UInt8>) -> Digest { Digest() }
}
