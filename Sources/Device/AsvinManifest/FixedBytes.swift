/// A byte string with a length that is part of its type: a digest, an identifier, a key.
public struct FixedBytes<let count: Int>: BitwiseCopyable, Sendable {
  var storage: InlineArray<count, UInt8>

  /// All zeros.
  public init() { storage = InlineArray(repeating: 0) }

  /// The bytes of a buffer that has exactly this length, or `nil`.
  public init?(_ bytes: Span<UInt8>) {
    guard bytes.count == count else { return nil }
    storage = InlineArray { bytes[$0] }
  }

  /// The first bytes of a buffer, and zeros after them where it is shorter.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  public init(startingWith bytes: Span<UInt8>) { storage = InlineArray { $0 < bytes.count ? bytes[$0] : 0 } }

  /// Creates each byte with a function of its index.
  public init(_ byte: (Int) -> UInt8) { storage = InlineArray { byte($0) } }

  /// The byte at an index below `count`.
  public subscript(index: Int) -> UInt8 { storage[index] }

  /// The bytes of a variable, without a copy. Only for a host. Devices call ``withSpan(_:)``, because there Swift 6.3
  /// may lose the temporary that such a span was made from.
  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    get { storage.span }
  }
}

extension FixedBytes {
  /// Calls a function with the bytes, which are valid as long as it runs.
  public func withSpan<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe withUnsafeBytes(of: storage) { bytes throws(Failure) in try body(unsafe Span(_unsafeBytes: bytes)) }
  }
}

extension FixedBytes: Equatable {
  /// Whether all bytes are the same. Takes variable time: for public data only.
  public static func == (left: Self, right: Self) -> Bool {
    left.withSpan { left in right.withSpan { right in equal(left, right) } }
  }

  /// Whether a buffer holds the same bytes. Takes variable time: for public data only.
  public func matches(_ bytes: Span<UInt8>) -> Bool { withSpan { equal($0, bytes) } }
}

/// Whether two buffers hold the same bytes. Takes variable time: for public data only.
#if hasFeature(Embedded)
@inline(never)
#endif
public func equal(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
  guard left.count == right.count else { return false }
  for index in left.indices where left[index] != right[index] { return false }
  return true
}

/// A SHA-256 digest.
public typealias Digest = FixedBytes<32>

/// A vendor or class id: a UUID's 16 bytes in network order (RFC 9562).
public typealias Identifier = FixedBytes<16>

/// A key id: the first 8 bytes of the SHA-256 of a SubjectPublicKeyInfo.
public typealias KeyID = FixedBytes<8>
