/// A place in code or data that says where something else is.
package struct Reference {
  /// What kind it is, for statistics: below ``kinds``.
  package var kind: UInt8
  /// Bytes that hold it, at most 4.
  package var length: UInt8
  /// Where it points: an offset in the image, or, outside it, whatever the place says.
  package var target: UInt32

  /// Kinds of all instruction sets; each numbers its own from 2. 0 is no reference, 1 a word.
  static let kinds = 16
  static let word: UInt8 = 1
}

/// Bytes by their offset. What lies outside is 0.
public protocol ByteStore: ~Copyable {
  /// Bytes in all.
  var count: UInt32 { get }
  /// One byte; `offset` is below ``count``.
  func byte(at offset: UInt32) -> UInt8
}

extension ByteStore where Self: ~Copyable {
  func get(_ offset: UInt32) -> UInt32 { offset < count ? UInt32(byte(at: offset)) : 0 }

  /// Little-endian; zeros past the end.
  func half(_ offset: UInt32) -> UInt32 { get(offset) | get(offset &+ 1) << 8 }

  package func word(_ offset: UInt32) -> UInt32 { half(offset) | half(offset &+ 2) << 16 }
}

/// The machine code that an image holds: how its references are found and rewritten.
public enum InstructionSet: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  case none, thumb, a32, aarch64, riscv, xtensa, avr, x86

  /// Offsets at which an instruction can start.
  package var alignment: UInt32 {
    switch self {
    case .none, .a32, .aarch64: 4
    case .thumb, .riscv, .avr: 2
    case .xtensa, .x86: 1
    }
  }

  /// Bytes of the instruction at an offset.
  package func length<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> UInt32 {
    switch self {
    case .none, .a32, .aarch64: 4
    case .thumb: Thumb.length(image.half(offset))
    case .riscv: RISCV.length(image.get(offset))
    case .xtensa: image.get(offset) & 15 >= 8 ? 2 : 3
    case .avr: AVR.length(image.half(offset))
    case .x86: 1
    }
  }

  /// Whether a reference's target is told in part by an instruction behind it.
  func looksAhead(_ kind: UInt8) -> Bool {
    switch self {
    case .aarch64: kind == AArch64.page
    case .riscv: kind == RISCV.upper || kind == RISCV.absolute
    default: false
    }
  }

  /// A target as it is told without the instruction behind.
  func upperPart(_ target: UInt32, of kind: UInt8, at offset: UInt32) -> UInt32 {
    guard self == .riscv else { return target & ~4095 }
    let start = kind == RISCV.upper ? offset : 0
    return start &+ ((target &- start &+ 0x800) & ~4095)
  }

  /// The reference of the instruction at an offset, if it is one.
  package func reference<Store: ByteStore & ~Copyable>(in image: borrowing Store, at offset: UInt32) -> Reference? {
    switch self {
    case .none: nil
    case .thumb: Thumb.reference(in: image, at: offset)
    case .a32: A32.reference(in: image, at: offset)
    case .aarch64: AArch64.reference(in: image, at: offset)
    case .riscv: RISCV.reference(in: image, at: offset)
    case .xtensa: Xtensa.reference(in: image, at: offset)
    case .avr: AVR.reference(in: image, at: offset)
    case .x86: X86.reference(in: image, at: offset)
    }
  }

  /// The bytes, little-endian, of an instruction that is moved and made to point elsewhere; `nil` where it cannot.
  package func rewritten<Store: ByteStore & ~Copyable>(
    _ bytes: UInt32, _ reference: Reference, from source: UInt32, in image: borrowing Store, at offset: UInt32,
    target: UInt32
  ) -> UInt32? {
    switch self {
    case .none: nil
    case .thumb: Thumb.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    case .a32: A32.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    case .aarch64: AArch64.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    case .riscv:
      RISCV.rewritten(
        bytes, kind: reference.kind, at: offset, target: target,
        upperDistance: reference.kind == RISCV.lower || reference.kind == RISCV.lowerStore
          ? RISCV.upperDistance(in: image, at: source) : 0)
    case .xtensa: Xtensa.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    case .avr: AVR.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    case .x86: X86.rewritten(bytes, kind: reference.kind, at: offset, target: target)
    }
  }
}

/// A number of so many bits, with its sign.
func signExtended(_ value: UInt32, bits: UInt32) -> UInt32 {
  UInt32(bitPattern: Int32(bitPattern: value << (32 &- bits)) >> Int32(32 &- bits))
}

/// Whether a difference fits a signed field of so many bits.
func fits(_ value: UInt32, bits: UInt32) -> Bool { signExtended(value, bits: bits) == value }
