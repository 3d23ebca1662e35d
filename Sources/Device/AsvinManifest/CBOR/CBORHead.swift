/// The first bytes of a CBOR item: its major type and argument (RFC 8949 §3).
public struct CBORHead: Equatable, Sendable {
  /// The major types that our formats use. They never use tags (6).
  public enum Major: UInt8, Sendable {
    /// An unsigned integer; the argument is its value.
    case unsigned = 0
    /// A negative integer; its value is −1 minus the argument.
    case negative = 1
    /// A byte string; the argument is its length in bytes.
    case bytes = 2
    /// A text string; the argument is its length in bytes.
    case text = 3
    /// An array; the argument counts its items.
    case array = 4
    /// A map; the argument counts its pairs.
    case map = 5
    /// `false`, `true` or `null`; the argument is 20, 21 or 22.
    case simple = 7
  }

  /// The major type.
  public let major: Major
  /// The argument: a value, a length or a count.
  public let argument: UInt64

  /// A head of a major type with its argument.
  public init(_ major: Major, _ argument: UInt64) {
    self.major = major
    self.argument = argument
  }

  /// The argument of `false`.
  public static let `false`: UInt64 = 20
  /// The argument of `true`.
  public static let `true`: UInt64 = 21
  /// The argument of `null`.
  public static let null: UInt64 = 22
}

/// A map key. Our formats have integer keys only: the keys that they define are unsigned, those of private facts are
/// negative.
public struct CBORKey: Equatable, Sendable {
  /// Whether the key is a negative integer.
  public let isNegative: Bool
  /// The key's value, or −1 minus it for a negative key.
  public let argument: UInt64

  /// An unsigned key, or the negative key −1 − `argument`.
  public init(_ argument: UInt64, isNegative: Bool = false) {
    self.isNegative = isNegative
    self.argument = argument
  }
}
