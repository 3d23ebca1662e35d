/// A place in code that says where something else is.
package struct Reference {
  /// Which form it has, for statistics: below ``kinds``. 0 is no reference, 1 a word; the forms count from 2.
  package let kind: UInt8
  /// Bytes that hold it, at most 4.
  package let length: UInt8
  /// Where it points: an offset in the image, or, outside it, whatever the place says.
  package let target: UInt32
  private let set: InstructionSet
  private let traits: Form.Traits
  /// The lowest bits that do not count in what its distance counts from: its own place, or where, so many bytes before
  /// it, its upper part stands.
  private let snap: UInt8, back: UInt8

  /// Kinds of any instruction set.
  static let kinds = 16
  static let word: UInt8 = 1
  /// Instructions that are looked at for the rest of an address, and bytes for its upper part.
  private static let ahead = 5, behind: UInt32 = 20

  /// The reference at an offset; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - word: the four bytes there.
  ///   - count: bytes of the image.
  ///   - image: its words.
  package static func at(
    _ offset: UInt32, _ word: UInt32, in set: InstructionSet, count: UInt32, _ image: (UInt32) -> UInt32
  ) -> Reference? {
    var found: Reference?
    unsafe set.withForms { unsafe found = Reference(word, at: offset, in: set, $0, image) }
    guard let found, found.target < count || !found.traits.has(.inside) else { return nil }
    return found
  }

  @unsafe
  private init?(
    _ word: UInt32, at offset: UInt32, in set: InstructionSet, _ forms: UnsafeBufferPointer<Form>,
    _ image: (UInt32) -> UInt32
  ) {
    let opcode = set.opcodeDistance == 0 ? word : image(offset &- set.opcodeDistance)
    guard let (number, form) = unsafe FormView.first(telling: opcode, in: forms), !form.has(.exception) else {
      return nil
    }
    var (target, back, snap) = (form.distance(in: word), UInt32(0), form.snap)
    if form.has(.lower) {
      let register = word &>> set.registers.lower & 31
      back = 2
      var upper: FormView?
      var before: UInt32
      repeat {
        back &+= 2
        guard back <= Self.behind, back <= offset else { return nil }
        before = image(offset &- back)
        if before &>> set.registers.upper & 31 == register {
          upper = unsafe FormView.first(telling: before, in: forms)?.form
        }
      } while !(upper?.has(.upper) ?? false)
      guard let upper else { return nil }
      target &+= upper.origin(at: offset &- back) &+ upper.distance(in: before)
      snap = upper.snap
    } else {
      target &+= form.origin(at: offset)
      if form.has(.upper) { unsafe target &+= Self.rest(word, at: offset, set, forms, image) }
    }
    (self.kind, self.length) = (UInt8(number &+ 2), UInt8(set.opcodeDistance == 0 ? set.length(word) : 4))
    (self.target, self.set, self.traits) = (target, set, form.traits)
    (self.snap, self.back) = (snap, UInt8(back))
  }

  /// What an instruction shortly behind an upper part adds to its register.
  @unsafe
  private static func rest(
    _ word: UInt32, at offset: UInt32, _ set: InstructionSet, _ forms: UnsafeBufferPointer<Form>,
    _ image: (UInt32) -> UInt32
  ) -> UInt32 {
    let register = word &>> set.registers.upper & 31
    var place = offset &+ set.length(word)
    for _ in 0..<ahead {
      let next = image(place)
      if next &>> set.registers.lower & 31 == register,
        let form = unsafe FormView.first(telling: next, in: forms)?.form, form.has(.lower)
      {
        return form.distance(in: next)
      }
      place &+= set.length(next)
    }
    return 0
  }

  /// Whether it counts from 0, not from where it stands.
  var isAbsolute: Bool { snap == 32 }

  /// Whether its target is told in part by an instruction behind it.
  var isUpper: Bool { traits.has(.upper) }

  /// Its bytes, little-endian, when it stands at an offset and points to a target; `nil` where it cannot.
  package func rewritten(_ word: UInt32, at offset: UInt32, target: UInt32) -> UInt32? {
    var result: UInt32?
    unsafe set.withForms {
      guard let form = unsafe FormView($0, Int(kind) &- 2) else { return }
      result = form.word(word, distance: target &- (back == 0 ? form.origin(at: offset) : upperOrigin(offset)))
    }
    return result
  }

  /// As much of a target as an upper part at an offset tells.
  func upperPart(of target: UInt32, at offset: UInt32) -> UInt32 {
    let distance = target &- upperOrigin(offset)
    return upperOrigin(offset) &+ (traits.has(.rounded) ? distance &+ 0x800 : distance) & ~0xFFF
  }

  private func upperOrigin(_ offset: UInt32) -> UInt32 { FormView.snapped(offset &- UInt32(back), snap) }
}
