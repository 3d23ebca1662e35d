/// Stands for the digests, which would keep the fuzzer out: every image has the same.
public enum SHA256 {
  /// Zeros.
  public static func digest(of bytes: Span<UInt8>) -> [UInt8] { [UInt8](repeating: 0, count: 32) }
}
