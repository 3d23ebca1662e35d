/// The instruction set of an image: how its references are found and rewritten.
///
/// A device needs only the handlers of its own instruction set: `-D ASVIN_WITHOUT_XTENSA` and the like leave others
/// out.
public enum InstructionSet: UInt8, BitwiseCopyable, CaseIterable, Sendable {
  case none, thumb, a32, aarch64, riscv, xtensa, avr, x86

  /// An instruction can start at each multiple of this.
  package var alignment: UInt32 {
    switch self {
    case .none, .a32, .aarch64: 4
    case .thumb, .riscv, .avr: 2
    case .xtensa, .x86: 1
    }
  }

  /// The distance in bytes from an instruction to the next one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  package func length(_ word: UInt32) -> UInt32 {
    switch self {
    case .none, .a32, .aarch64: 4
    case .thumb: Thumb.length(word)
    case .riscv: RISCV.length(word)
    case .xtensa: Xtensa.length(word)
    case .avr: AVR.length(word)
    case .x86: 1
    }
  }

  /// The distance in bytes from the bits that identify a reference to the reference.
  var opcodeDistance: UInt32 { self == .x86 ? 4 : 0 }

  /// The place of the register number that an upper part writes to, and of the one that the rest adds to.
  var registers: (upper: UInt32, lower: UInt32) { self == .riscv ? (7, 15) : (0, 5) }

  /// Whether its handler is part of the build.
  public var isBuiltIn: Bool {
    #if ASVIN_WITHOUT_THUMB
    if self == .thumb { return false }
    #endif
    #if ASVIN_WITHOUT_A32
    if self == .a32 { return false }
    #endif
    #if ASVIN_WITHOUT_AARCH64
    if self == .aarch64 { return false }
    #endif
    #if ASVIN_WITHOUT_RISCV
    if self == .riscv { return false }
    #endif
    #if ASVIN_WITHOUT_XTENSA
    if self == .xtensa { return false }
    #endif
    #if ASVIN_WITHOUT_AVR
    if self == .avr { return false }
    #endif
    #if ASVIN_WITHOUT_X86
    if self == .x86 { return false }
    #endif
    return true
  }

  /// Calls a function with its table of forms, if its handler is part of the build. The table must not be kept, nor be
  /// passed as an optional pointer, because then the compiler would first copy it to the stack.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func withForms(_ body: (FormTable) -> Void) {
    guard isBuiltIn else { return }
    func give(_ table: UnsafeRawPointer, _ count: Int) {
      body(unsafe FormTable(start: table.assumingMemoryBound(to: Form.self), count: count))
    }
    switch self {
    case .none: return
    case .thumb: unsafe withUnsafePointer(to: Thumb.forms) { unsafe give($0, Thumb.forms.count) }
    case .a32: unsafe withUnsafePointer(to: A32.forms) { unsafe give($0, A32.forms.count) }
    case .aarch64: unsafe withUnsafePointer(to: AArch64.forms) { unsafe give($0, AArch64.forms.count) }
    case .riscv: unsafe withUnsafePointer(to: RISCV.forms) { unsafe give($0, RISCV.forms.count) }
    case .xtensa: unsafe withUnsafePointer(to: Xtensa.forms) { unsafe give($0, Xtensa.forms.count) }
    case .avr: unsafe withUnsafePointer(to: AVR.forms) { unsafe give($0, AVR.forms.count) }
    case .x86: unsafe withUnsafePointer(to: X86.forms) { unsafe give($0, X86.forms.count) }
    }
  }
}
