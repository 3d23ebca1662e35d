/// How instructions of one kind encode a reference: which bits identify them, and where the bits of the distance are.
/// Reading and rewriting both follow from it: ``FormView``.
struct Form: BitwiseCopyable {
  /// The properties of a form.
  struct Traits: BitwiseCopyable {
    let rawValue: UInt8
    /// The distance has a sign, in its highest bit.
    static let signed = Traits(rawValue: 1)
    /// The upper part of an address, to which an instruction shortly after adds the rest.
    static let upper = Traits(rawValue: 2)
    /// The rest, to be added to the upper part shortly before it.
    static let lower = Traits(rawValue: 4)
    /// Bits 22 and 23 of the distance are kept as their difference from the sign (Thumb-2).
    static let folded = Traits(rawValue: 8)
    /// A reference only if its target is in the image (x86).
    static let inside = Traits(rawValue: 16)
    /// The rest has a sign, so the upper part is rounded to the nearest.
    static let rounded = Traits(rawValue: 64)
    /// More fields are in the table's next form.
    static let continued = Traits(rawValue: 128)
    /// The instruction looks like another form and is not a reference.
    static let exception = Traits(rawValue: 32)

    static func + (one: Traits, other: Traits) -> Traits { Traits(rawValue: one.rawValue | other.rawValue) }
    func has(_ trait: Traits) -> Bool { rawValue & trait.rawValue != 0 }
  }

  /// Bits of an instruction that are bits of its distance.
  struct Field: BitwiseCopyable {
    /// Five bits each: their start in the instruction, their start in the distance, and their number less one. 0 means
    /// none.
    let rawValue: UInt16

    /// A number of bits, from a place in the instruction to one in the distance.
    init(_ from: UInt16, _ count: UInt16, to: UInt16) { rawValue = from | to << 5 | (count &- 1) << 10 }
    init() { rawValue = 0 }

    var from: UInt32 { UInt32(rawValue & 31) }
    var to: UInt32 { UInt32(rawValue >> 5 & 31) }
    var mask: UInt32 { .max >> UInt32(31 &- (rawValue >> 10 & 31)) }
  }

  /// The bits of an instruction that identify the form, and their values.
  let mask: UInt32, match: UInt32
  /// What the distance counts from.
  let origin: Origin
  /// Bits of the distance; 32 where every distance fits.
  private let reach: UInt8
  var bits: UInt8 { reach & 63 }
  /// It mostly points out of its own function. A copy of it then points to the same place, and does not move with its
  /// target.
  var isFar: Bool { reach & 64 != 0 }
  let traits: Traits
  /// The bit that is set if the distance is added and not subtracted; 0 if there is no such bit.
  let adds: UInt8
  let fields: InlineArray<5, Field>

  init(
    _ mask: UInt32, _ match: UInt32, lead: Int8 = 0, snap: UInt8 = 0, page: Int8 = 0, bits: UInt8 = 32,
    isFar: Bool = false, is traits: Traits = Traits(rawValue: 0), adds: UInt8 = 0, _ a: Field = Field(),
    _ b: Field = Field(),
    _ c: Field = Field(), _ d: Field = Field(), _ e: Field = Field()
  ) {
    (self.mask, self.match, self.traits, self.adds) = (mask, match, traits, adds)
    reach = bits | (isFar ? 64 : 0)
    origin = Origin(lead: lead, snap: snap, page: page)
    fields = [a, b, c, d, e]
  }
}
