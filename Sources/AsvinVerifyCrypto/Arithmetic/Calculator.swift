/// Registers for numbers below a modulus, and what is computed with them. Products are Montgomery's: of a and b it is
/// a · b ∕ 2²⁵⁶. Public data only, so that time may vary.
struct Calculator {
  /// The registers that a ``Step`` names, and three points of four behind them.
  private var registers: InlineArray<28, Number> = .init(repeating: .init(repeating: 0))
  let modulus: Modulus

  init(_ modulus: Modulus) {
    self.modulus = modulus
    self[.one][0] = 1
    toMontgomery(.one)
  }

  subscript(register: Step.Register) -> Number {
    get { registers[Int(register.rawValue)] }
    set { registers[Int(register.rawValue)] = newValue }
  }

  /// Sets a register to a number as it is.
  mutating func set(_ register: Step.Register, _ number: Number) { self[register] = number }

  /// Takes a number of any 256 bits into Montgomery form, and below the modulus.
  mutating func toMontgomery(_ register: Step.Register) {
    self[register] = product(self[register], modulus.square)
  }

  /// Takes a number out of Montgomery form.
  mutating func fromMontgomery(_ register: Step.Register) {
    var one = Number(repeating: 0)
    one[0] = 1
    self[register] = product(self[register], one)
  }

  /// A formula.
  mutating func run(_ steps: Span<Step>) {
    for index in steps.indices {
      let step = steps[index]
      let (left, right) = (registers[step.left], registers[step.right])
      registers[step.target] =
        step.isProduct ? product(left, right) : step.isSum ? sum(left, right) : difference(left, right)
    }
  }

  mutating func multiply(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    self[target] = product(self[left], self[right])
  }
  mutating func add(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    self[target] = sum(self[left], self[right])
  }
  mutating func subtract(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    self[target] = difference(self[left], self[right])
  }

  /// A register to the power of a number, into another.
  mutating func raise(_ base: Step.Register, to exponent: Number, into target: Step.Register) {
    self[target] = self[.one]
    var place = 256
    while place > 0 {
      place &-= 1
      multiply(target, target, to: target)
      if exponent.bit(place) == 1 { multiply(target, base, to: target) }
    }
  }

  /// The inverse of a register, by Fermat: the modulus is a prime.
  mutating func invert(_ base: Step.Register, into target: Step.Register) {
    var exponent = modulus.value
    exponent[0] &-= 2
    raise(base, to: exponent, into: target)
  }

  /// Copies a point of four registers: 0 and 1 are those of a formula, 4 to 6 the table.
  mutating func copy(point source: Int, to target: Int) {
    for index in 0..<4 { registers[4 &* target &+ index] = registers[4 &* source &+ index] }
  }

  /// u · P + v · Q of points 4 and 5, and their sum in 6, into point 0, where a formula adds point 1 to point 0, and
  /// holds for doubling too (Straus, 1964). Point 0 is to be the neutral one.
  mutating func combine(_ u: Number, _ v: Number, _ addition: Span<Step>) {
    var place = 256
    while place > 0 {
      place &-= 1
      copy(point: 0, to: 1)
      run(addition)
      let chosen = Int(u.bit(place) | v.bit(place) << 1)
      if chosen != 0 {
        copy(point: 3 &+ chosen, to: 1)
        run(addition)
      }
    }
  }

  /// CIOS (Koç, Acar and Kaliski, 1996). The left one may be any number, the right one is below the modulus.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func product(_ left: Number, _ right: Number) -> Number {
    let (a, b, m) = (left.span, right.span, modulus.value.span)
    var result = InlineArray<8, UInt32>(repeating: 0)
    var t = result.mutableSpan
    var top: UInt32 = 0
    for i in 0..<8 {
      let digit = UInt64(a[i])
      var carry: UInt64 = 0
      for j in 0..<8 {
        carry = carry &+ UInt64(t[j]) &+ digit &* UInt64(b[j])
        t[j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      let upper = UInt64(top) &+ carry
      let factor = UInt64(t[0] &* modulus.inverse)
      carry = (UInt64(t[0]) &+ factor &* UInt64(m[0])) >> 32
      for j in 1..<8 {
        carry = carry &+ UInt64(t[j]) &+ factor &* UInt64(m[j])
        t[j &- 1] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      carry = carry &+ (upper & 0xFFFF_FFFF)
      t[7] = UInt32(truncatingIfNeeded: carry)
      top = UInt32(truncatingIfNeeded: (carry >> 32) &+ (upper >> 32))
    }
    return reduced(result, top)
  }

  private func sum(_ left: Number, _ right: Number) -> Number {
    var result = left
    var carry: UInt64 = 0
    for index in 0..<8 {
      carry = carry &+ UInt64(left[index]) &+ UInt64(right[index])
      result[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    return reduced(result, UInt32(truncatingIfNeeded: carry))
  }

  private func difference(_ left: Number, _ right: Number) -> Number {
    // Where it would be negative, the modulus less the right one is added instead.
    let (result, borrow) = subtracted(left, right)
    if borrow == 0 { return result }
    return subtracted(left, subtracted(right, modulus.value).result).result
  }

  /// A number below twice the modulus, below the modulus.
  private func reduced(_ number: Number, _ top: UInt32) -> Number {
    let (result, borrow) = subtracted(number, modulus.value)
    return UInt64(top) < borrow ? number : result
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func subtracted(_ left: Number, _ right: Number) -> (result: Number, borrow: UInt64) {
    var result = left
    var borrow: UInt64 = 0
    for index in 0..<8 {
      let difference = UInt64(left[index]) &- UInt64(right[index]) &- borrow
      result[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference >> 63
    }
    return (result, borrow)
  }
}
