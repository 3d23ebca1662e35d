/// A form in its table. It is never copied, because a copy would go to the stack of a device at every instruction.
@safe
struct FormView {
  private let form: UnsafePointer<Form>

  @unsafe
  init(_ form: UnsafePointer<Form>) { unsafe self.form = form }

  var traits: Form.Traits { unsafe form.pointee.traits }
  func has(_ trait: Form.Traits) -> Bool { traits.has(trait) }

  /// What the distance counts from.
  var origin: Origin { unsafe form.pointee.origin }

  /// Whether a copy of it points to the same place.
  var isFar: Bool { unsafe form.pointee.isFar }
  /// The distance that an instruction holds.
  func distance(in word: UInt32) -> UInt32 {
    var value: UInt32 = 0
    forEachField { field in value |= (word &>> field.from & field.mask) &<< field.to }
    let adds = unsafe UInt32(form.pointee.adds)
    if adds != 0, word &>> adds & 1 == 0 { return 0 &- value }
    value = folded(value)
    return has(.signed) ? signExtended(value) : value
  }

  /// An instruction with another distance; `nil` if the form cannot hold it.
  func word(_ word: UInt32, distance: UInt32) -> UInt32? {
    var (value, word) = (distance, word)
    let adds = unsafe UInt32(form.pointee.adds)
    if adds != 0 {
      word &= ~(1 &<< adds)
      if Int32(bitPattern: distance) >= 0 { word |= 1 &<< adds } else { value = 0 &- distance }
    }
    let held = has(.signed) ? signExtended(value) : value & (.max &>> unusedBits)
    guard held == value || has(.lower) else { return nil }
    value = folded(has(.rounded) ? value &+ 0x800 : value)
    forEachField { field in
      word = word & ~(field.mask &<< field.from) | (value &>> field.to & field.mask) &<< field.from
    }
    return word
  }

  private var unusedBits: UInt32 { unsafe UInt32(32 &- form.pointee.bits) }

  private func signExtended(_ value: UInt32) -> UInt32 {
    UInt32(bitPattern: Int32(bitPattern: value &<< unusedBits) &>> Int32(bitPattern: unusedBits))
  }

  private func folded(_ value: UInt32) -> UInt32 {
    has(.folded) && value >> 24 & 1 == 0 ? value ^ 0xC0_0000 : value
  }

  @inline(__always)
  private func forEachField(_ body: (Form.Field) -> Void) {
    var form = unsafe form
    var index = 0
    while true {
      if index == 5 {
        guard unsafe form.pointee.traits.has(.continued) else { return }
        unsafe form += 1
        index = 0
      }
      let field = unsafe form.pointee.fields[index]
      if field.rawValue == 0 { return }
      body(field)
      index &+= 1
    }
  }
}
