/// The machine code that an image holds: how its references are found and rewritten.
///
/// A device needs the handlers of its own machine code only: `-D ASVIN_WITHOUT_XTENSA` and the like leave others out.
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

  /// Bytes from an instruction to the next.
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

  /// How far before a reference the bits stand that tell it.
  var opcodeDistance: UInt32 { self == .x86 ? 4 : 0 }

  /// Where an upper part has the number of the register that it goes to, and the rest that of the one it adds to.
  var registers: (upper: UInt32, lower: UInt32) { self == .riscv ? (7, 15) : (0, 5) }

  /// Whether its handler was built in.
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

  /// Gives its table of forms, if its handler was built in. The table is only lent: it must not be kept, nor be told by
  /// an optional pointer, since then the compiler would first copy it to the stack.
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
