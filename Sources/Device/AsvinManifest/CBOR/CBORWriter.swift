/// Writes deterministic CBOR (RFC 8949 §4.2.1): shortest heads, definite lengths.
///
/// The caller orders the keys of a map: ascending, unsigned keys before negative ones.
public struct CBORWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8] = []

  /// An empty writer.
  public init() {}

  /// Writes a head in its shortest form.
  public mutating func head(_ major: CBORHead.Major, _ argument: UInt64) {
    let initial = major.rawValue << 5
    let width: Int
    switch argument {
    case ..<24:
      bytes.append(initial | UInt8(argument))
      return
    case ..<0x100: width = 1
    case ..<0x1_0000: width = 2
    case ..<0x1_0000_0000: width = 4
    default: width = 8
    }
    bytes.append(initial | UInt8(24 + width.trailingZeroBitCount))
    for index in (0..<width).reversed() {
      bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * index)))
    }
  }

  /// Writes an unsigned integer.
  public mutating func unsigned(_ value: UInt64) { head(.unsigned, value) }

  /// Writes a signed integer.
  public mutating func integer(_ value: Int64) {
    value < 0 ? head(.negative, UInt64(bitPattern: ~value)) : head(.unsigned, UInt64(value))
  }

  /// Writes a byte string.
  public mutating func byteString(_ value: [UInt8]) {
    head(.bytes, UInt64(value.count))
    bytes += value
  }

  /// Writes a text string, given as UTF-8.
  public mutating func text(_ utf8: [UInt8]) {
    head(.text, UInt64(utf8.count))
    bytes += utf8
  }

  /// Writes `true` or `false`.
  public mutating func bool(_ value: Bool) { head(.simple, value ? CBORHead.true : CBORHead.false) }

  /// Writes `null`.
  public mutating func null() { head(.simple, CBORHead.null) }

  /// Writes a map key.
  public mutating func key(_ key: CBORKey) { head(key.isNegative ? .negative : .unsigned, key.argument) }

  /// Appends an item that is already encoded.
  public mutating func encoded(_ item: [UInt8]) { bytes += item }
}
