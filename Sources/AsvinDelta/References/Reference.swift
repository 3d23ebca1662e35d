/// A place in code that says where something else is.
package struct Reference {
  /// Which form it has, for statistics: below ``kinds``. 0 is no reference, 1 a word; the forms count from 2.
  package let kind: UInt8
  /// Bytes that hold it, at most 4.
  package let length: UInt8
  /// Where it points: an offset in the image, or, outside it, whatever the place says.
  package let target: UInt32
  private let form: Form
  /// How far before it its upper part stands, and the lowest bits that do not count there.
  private let back: UInt32, snap: UInt8

  /// Kinds of any instruction set.
  static let kinds = 16
  static let word: UInt8 = 1
  /// Instructions that are looked at for the rest of an address, and bytes for its upper part.
  private static let ahead = 5, behind: UInt32 = 20

  /// The reference at an offset.
  ///
  /// - Parameters:
  ///   - word: the four bytes there.
  ///   - count: bytes of the image.
  ///   - image: its words.
  package init?(
    _ word: UInt32, at offset: UInt32, in set: InstructionSet, count: UInt32, _ image: (UInt32) -> UInt32
  ) {
    let opcode = set.opcodeDistance == 0 ? word : image(offset &- set.opcodeDistance)
    guard let (number, form) = set.form(telling: opcode), !form.traits.has(.exception) else { return nil }
    var (target, back, snap) = (form.distance(in: word), UInt32(0), form.snap)
    if form.traits.has(.lower) {
      let register = word >> set.registers.lower & 31
      back = 2
      repeat {
        back &+= 2
        guard back <= Self.behind, back <= offset else { return nil }
        let before = image(offset &- back)
        guard before >> set.registers.upper & 31 == register, let upper = set.form(telling: before)?.form,
          upper.traits.has(.upper)
        else { continue }
        target &+= upper.origin(at: offset &- back) &+ upper.distance(in: before)
        snap = upper.snap
        break
      } while true
    } else {
      target &+= form.origin(at: offset)
      if form.traits.has(.upper) { target &+= Self.rest(word, at: offset, set, image) }
    }
    guard target < count || !form.traits.has(.inside) else { return nil }
    (self.kind, self.length) = (UInt8(number &+ 2), UInt8(set.opcodeDistance == 0 ? set.length(word) : 4))
    (self.target, self.form, self.back, self.snap) = (target, form, back, snap)
  }

  /// What an instruction shortly behind an upper part adds to its register.
  private static func rest(
    _ word: UInt32, at offset: UInt32, _ set: InstructionSet, _ image: (UInt32) -> UInt32
  ) -> UInt32 {
    let register = word >> set.registers.upper & 31
    var place = offset &+ set.length(word)
    for _ in 0..<ahead {
      let next = image(place)
      if next >> set.registers.lower & 31 == register, let form = set.form(telling: next)?.form,
        form.traits.has(.lower)
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
  var isUpper: Bool { form.traits.has(.upper) }

  private func origin(at offset: UInt32) -> UInt32 {
    back == 0 ? form.origin(at: offset) : ((offset &- back) >> UInt32(snap)) << UInt32(snap)
  }

  /// Its bytes, little-endian, when it stands at an offset and points to a target; `nil` where it cannot.
  package func rewritten(_ word: UInt32, at offset: UInt32, target: UInt32) -> UInt32? {
    form.word(word, distance: target &- origin(at: offset))
  }

  /// As much of a target as an upper part at an offset tells.
  func upperPart(of target: UInt32, at offset: UInt32) -> UInt32 {
    let distance = target &- origin(at: offset)
    return origin(at: offset) &+ (form.traits.has(.rounded) ? distance &+ 0x800 : distance) & ~0xFFF
  }
}
