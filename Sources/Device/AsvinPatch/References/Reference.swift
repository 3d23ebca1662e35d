/// A place in code that refers to another place.
package struct Reference {
  /// Its form, for statistics: below 16. 0 means that there is none, 1 is a word, and the forms count from 2.
  package let kind: UInt8
  /// Bytes that hold it, at most 4.
  package let length: UInt8
  /// Its target: an offset in the image, or any value outside it.
  package let target: UInt32
  private let set: InstructionSet
  private let traits: Form.Traits
  /// Whether a copy of it points to the same place.
  package let isFar: Bool
  /// The origin of its distance: its own place, or the place of its upper part some bytes before it.
  private let origin: Origin

  static let word: UInt8 = 1
  /// The number of instructions in which the rest of an address is searched, and of bytes in which its upper part is
  /// searched.
  private static let ahead = 5, behind: UInt32 = 20

  /// The reference at an offset; `nil` if there is none.
  ///
  /// - Parameters:
  ///   - word: the four bytes there.
  ///   - count: bytes of the image.
  ///   - image: its words.
  package static func at(
    _ offset: UInt32, _ word: UInt32, in set: InstructionSet, count: UInt32, _ image: (UInt32) -> UInt32
  ) -> Reference? {
    var found: Reference?
    set.withForms { found = Reference(word, at: offset, in: set, $0, image) }
    guard let found, found.target < count || !found.traits.has(.inside) else { return nil }
    return found
  }

  private init?(
    _ word: UInt32, at offset: UInt32, in set: InstructionSet, _ forms: FormTable,
    _ image: (UInt32) -> UInt32
  ) {
    let opcode = set.opcodeDistance == 0 ? word : image(offset &- set.opcodeDistance)
    guard let number = forms.first(telling: opcode) else { return nil }
    let form = forms[number]
    guard !form.has(.exception) else { return nil }
    var (target, origin) = (form.distance(in: word), form.origin)
    if form.has(.lower) {
      let register = word &>> set.registers.lower & 31
      var back: UInt32 = 2
      while true {
        back &+= 2
        guard back <= Self.behind, back <= offset else { return nil }
        let before = image(offset &- back)
        guard before &>> set.registers.upper & 31 == register, let number = forms.first(telling: before) else {
          continue
        }
        let upper = forms[number]
        guard upper.has(.upper) else { continue }
        origin = upper.origin
        origin.lead = Int8(truncatingIfNeeded: 0 &- back)
        target &+= origin.at(offset) &+ upper.distance(in: before)
        break
      }
    } else {
      target &+= origin.at(offset)
      if form.has(.upper) { target &+= Self.rest(word, at: offset, set, forms, image) }
    }
    kind = UInt8(truncatingIfNeeded: number &+ 2)
    length = UInt8(truncatingIfNeeded: set.opcodeDistance == 0 ? set.length(word) : 4)
    (self.target, self.set, self.traits, isFar) = (target, set, form.traits, form.isFar)
    self.origin = origin
  }

  /// The number that an instruction shortly after an upper part adds to its register.
  private static func rest(
    _ word: UInt32, at offset: UInt32, _ set: InstructionSet, _ forms: FormTable,
    _ image: (UInt32) -> UInt32
  ) -> UInt32 {
    let register = word &>> set.registers.upper & 31
    var place = offset &+ set.length(word)
    for _ in 0..<ahead {
      let next = image(place)
      if next &>> set.registers.lower & 31 == register, let number = forms.first(telling: next) {
        let form = forms[number]
        if form.has(.lower) { return form.distance(in: next) }
      }
      place &+= set.length(next)
    }
    return 0
  }

  /// Whether its distance counts from 0, not from its place.
  var isAbsolute: Bool { origin.snap == 32 }

  /// Whether an instruction after it holds a part of its target.
  var isUpper: Bool { traits.has(.upper) }

  /// Its bytes, little-endian, at an offset and with a target; `nil` if they cannot be encoded.
  package func rewritten(_ word: UInt32, at offset: UInt32, target: UInt32) -> UInt32? {
    var result: UInt32?
    let (number, distance) = (Int(kind) &- 2, target &- origin.at(offset))
    set.withForms { result = $0[number].word(word, distance: distance) }
    return result
  }

  /// Its bytes with a distance of 0.
  package func masked(_ word: UInt32, at offset: UInt32) -> UInt32 {
    rewritten(word, at: offset, target: origin.at(offset)) ?? word
  }

  /// The part of a target that an upper part at an offset holds.
  func upperPart(of target: UInt32, at offset: UInt32) -> UInt32 {
    let start = origin.at(offset)
    let distance = target &- start
    return start &+ (traits.has(.rounded) ? distance &+ 0x800 : distance) & ~0xFFF
  }
}
