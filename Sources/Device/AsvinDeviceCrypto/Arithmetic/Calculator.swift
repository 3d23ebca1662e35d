/// Registers for numbers modulo a prime, and the operations on them. Products are Montgomery products: of a and b it
/// is a · b ∕ 2²⁵⁶. For public data only, so that time may vary.
///
/// A register holds a number below 2²⁵⁶, which may be the modulus or more: only a comparison and a result need the one
/// below the modulus, and a subtraction after each operation would cost a third of the time.
///
/// The registers are accessed through pointers, because as values a kilobyte of them would be copied at every product.
@safe
struct Calculator {
  /// The registers that a ``Step`` names.
  static let formulaRegisters = 16
  /// Three points of four registers follow.
  static let allRegisters = 28
  private let memory: UnsafeMutablePointer<Number>
  private let modulus: UnsafePointer<Modulus>

  /// Calls a function with a calculator.
  static func with<Result>(
    _ modulus: UnsafePointer<Modulus>, registers: Int, _ body: (Calculator) -> Result
  ) -> Result {
    unsafe withUnsafeTemporaryAllocation(of: Number.self, capacity: registers) { memory in
      unsafe memory.initialize(repeating: Number(repeating: 0))
      guard let start = memory.baseAddress else { fatalError("registers have memory") }
      let calculator = unsafe Calculator(memory: start, modulus: modulus)
      var one = Number(repeating: 0)
      one[0] = 1
      calculator.set(.one, one)
      calculator.toMontgomery(.one)
      return body(calculator)
    }
  }

  private func place(_ register: Step.Register) -> UnsafeMutablePointer<Number> {
    unsafe memory + Int(register.rawValue)
  }

  /// Whether a number is below the modulus.
  func isReduced(_ number: Number) -> Bool { unsafe number.isBelow(modulus.pointee.value) }

  /// The content of a register: below the modulus after ``fromMontgomery(_:)``.
  func value(_ register: Step.Register) -> Number { unsafe place(register).pointee }

  /// Sets a register to a number as it is.
  func set(_ register: Step.Register, _ number: Number) { unsafe place(register).pointee = number }

  /// Copies a register.
  func copy(_ source: Step.Register, to target: Step.Register) { unsafe place(target).pointee = place(source).pointee }

  /// Whether a register is 0 modulo the modulus.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func isZero(_ register: Step.Register) -> Bool {
    reduce(register)
    return unsafe Number.isZero(place(register).pointee)
  }

  /// Reduces a register to a number below the modulus.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func reduce(_ register: Step.Register) {
    let number = unsafe place(register)
    while unsafe sum(number, prime, isNegative: true, to: number) == 0 {}
    unsafe correct(number, -1)
  }

  /// Converts any number of 256 bits to Montgomery form.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func toMontgomery(_ register: Step.Register) {
    unsafe multiply(place(register), prime + 1, to: place(register))
  }

  /// Converts a number from Montgomery form, below the modulus.
  func fromMontgomery(_ register: Step.Register) {
    var one = Number(repeating: 0)
    one[0] = 1
    unsafe withUnsafePointer(to: one) { one in unsafe multiply(place(register), one, to: place(register)) }
    reduce(register)
  }

  /// Runs a formula.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func run(_ steps: Span<Step>) {
    for index in steps.indices {
      let step = steps[index]
      unsafe compute(step, memory + step.left, memory + step.right, to: memory + step.target)
    }
  }

  private func compute(
    _ step: Step, _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>,
    to target: UnsafeMutablePointer<Number>
  ) {
    if step.isProduct {
      unsafe multiply(left, right, to: target)
    } else {
      unsafe correct(target, sum(left, right, isNegative: !step.isSum, to: target))
    }
  }

  /// Runs a step.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func run(_ step: Step) {
    let steps: InlineArray<1, Step> = [step]
    run(steps.span)
  }

  func multiply(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    run(.multiply(left, right, to: target))
  }
  func add(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    run(.add(left, right, to: target))
  }
  func subtract(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    run(.subtract(left, right, to: target))
  }

  /// Raises a register to the power of a number, into another register.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func raise(_ base: Step.Register, to exponent: Number, into target: Step.Register) {
    copy(.one, to: target)
    var place = 256
    while place > 0 {
      place &-= 1
      multiply(target, target, to: target)
      if exponent.bit(place) == 1 { multiply(target, base, to: target) }
    }
  }

  /// The inverse of a register, by Fermat: the modulus is a prime.
  func invert(_ base: Step.Register, into target: Step.Register) {
    var exponent = unsafe modulus.pointee.value
    exponent[0] &-= 2
    raise(base, to: exponent, into: target)
  }

  /// Copies a point of four registers: 0 and 1 are those of a formula, 4 to 6 the table.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func copy(point source: Int, to target: Int) {
    for index in 0..<4 { unsafe memory[4 &* target &+ index] = memory[4 &* source &+ index] }
  }

  /// u · P + v · Q of points 4 and 5, and their sum in 6, into point 0, where one formula doubles point 0 and another
  /// adds point 1 to it, whichever points they are (Straus, 1964). Point 0 is to be the neutral one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func combine(_ u: Number, _ v: Number, doubling: Span<Step>, addition: Span<Step>) {
    var place = 256
    while place > 0 {
      place &-= 1
      run(doubling)
      let chosen = Int(u.bit(place) | v.bit(place) << 1)
      if chosen != 0 {
        copy(point: 3 &+ chosen, to: 1)
        run(addition)
      }
    }
  }

  /// CIOS (Koç, Acar and Kaliski, 1996). Both may be any numbers of 256 bits: the product is below the sum of 2²⁵⁶ and the
  /// modulus.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  // Two hundred bytes of flash for half of the time.
  @_optimize(speed)
  private func multiply(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, to target: UnsafeMutablePointer<Number>
  ) {
    // Not as spans: Swift 6.3 loses a temporary that a span is made from.
    let (a, b, m) = unsafe (words(left), words(right), words(prime))
    let inverse = unsafe modulus.pointee.inverse
    var result = Number(repeating: 0)
    var t = result.mutableSpan
    var top: UInt32 = 0
    // The word that a reduction makes 0. With a constant, LLVM 21 would not use the instruction for a product and two sums.
    var none: UInt64 = 0
    for i in 0..<8 {
      let digit = unsafe UInt64(a[i])
      var carry = none
      for j in 0..<8 {
        carry = unsafe carry &+ UInt64(t[j]) &+ digit &* UInt64(b[j])
        t[j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      let upper = carry
      let factor = UInt64(t[0] &* inverse)
      carry = unsafe none &+ UInt64(t[0]) &+ factor &* UInt64(m[0])
      none = carry & 0xFFFF_FFFF
      carry >>= 32
      for j in 1..<8 {
        carry = unsafe carry &+ UInt64(t[j]) &+ factor &* UInt64(m[j])
        t[j &- 1] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      carry = carry &+ upper &+ UInt64(top)
      t[7] = UInt32(truncatingIfNeeded: carry)
      top = UInt32(truncatingIfNeeded: carry >> 32)
    }
    unsafe target.pointee = result
    unsafe correct(target, Int32(bitPattern: top))
  }

  /// The sum, or the difference where the right one is negative, and the word above its eight: −1, 0 or 1.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func sum(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, isNegative: Bool,
    to target: UnsafeMutablePointer<Number>
  ) -> Int32 {
    // A difference is a sum with the complement, and with 1.
    let mask: UInt32 = isNegative ? 0xFFFF_FFFF : 0
    var carry = UInt64(mask & 1)
    for index in 0..<8 {
      carry = unsafe carry &+ UInt64(left.pointee[index]) &+ UInt64(right.pointee[index] ^ mask)
      unsafe target.pointee[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    return Int32(truncatingIfNeeded: carry) &+ Int32(bitPattern: mask)
  }

  /// Adds or subtracts the modulus until the word above the eight of a number is 0. Each pass moves that word towards 0.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func correct(_ number: UnsafeMutablePointer<Number>, _ top: Int32) {
    var top = top
    while top != 0 { unsafe top &+= sum(number, prime, isNegative: top > 0, to: number) }
  }

  /// The value and, after it, the square of a modulus, which are its first fields.
  private var prime: UnsafePointer<Number> { unsafe UnsafeRawPointer(modulus).assumingMemoryBound(to: Number.self) }

  private func words(_ number: UnsafePointer<Number>) -> UnsafePointer<UInt32> {
    unsafe UnsafeRawPointer(number).assumingMemoryBound(to: UInt32.self)
  }
}
