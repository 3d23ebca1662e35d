/// Registers for numbers below a modulus, and the operations on them. Products are Montgomery products: of a and b it
/// is a · b ∕ 2²⁵⁶. For public data only, so that time may vary.
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

  /// The content of a register.
  func value(_ register: Step.Register) -> Number { unsafe place(register).pointee }

  /// Sets a register to a number as it is.
  func set(_ register: Step.Register, _ number: Number) { unsafe place(register).pointee = number }

  /// Copies a register.
  func copy(_ source: Step.Register, to target: Step.Register) { unsafe place(target).pointee = place(source).pointee }

  /// Whether two registers are equal.
  func areEqual(_ one: Step.Register, _ other: Step.Register) -> Bool {
    unsafe place(one).pointee.equals(place(other).pointee)
  }

  /// Converts any number of 256 bits to Montgomery form, below the modulus.
  func toMontgomery(_ register: Step.Register) {
    unsafe withUnsafePointer(to: modulus.pointee.square) { square in
      unsafe multiply(place(register), square, to: place(register))
    }
  }

  /// Converts a number from Montgomery form.
  func fromMontgomery(_ register: Step.Register) {
    var one = Number(repeating: 0)
    one[0] = 1
    unsafe withUnsafePointer(to: one) { one in unsafe multiply(place(register), one, to: place(register)) }
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
    } else if step.isSum {
      unsafe add(left, right, to: target)
    } else {
      unsafe subtract(left, right, to: target)
    }
  }

  func multiply(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    unsafe multiply(place(left), place(right), to: place(target))
  }
  func add(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    unsafe add(place(left), place(right), to: place(target))
  }
  func subtract(_ left: Step.Register, _ right: Step.Register, to target: Step.Register) {
    unsafe subtract(place(left), place(right), to: place(target))
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

  /// u · P + v · Q of points 4 and 5, and their sum in 6, into point 0, where a formula adds point 1 to point 0, and
  /// holds for doubling too (Straus, 1964). Point 0 is to be the neutral one.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  func combine(_ u: Number, _ v: Number, _ addition: Span<Step>) {
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
  // Two hundred bytes of flash for half of the time.
  @_optimize(speed)
  private func multiply(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, to target: UnsafeMutablePointer<Number>
  ) {
    // Not as spans: Swift 6.3 loses a temporary that a span is made from. The value is the first field of a modulus.
    let (a, b) = unsafe (words(left), words(right))
    let m = unsafe UnsafeRawPointer(modulus).assumingMemoryBound(to: UInt32.self)
    let inverse = unsafe modulus.pointee.inverse
    var result = Number(repeating: 0)
    var t = result.mutableSpan
    var top: UInt32 = 0
    for i in 0..<8 {
      let digit = unsafe UInt64(a[i])
      var carry: UInt64 = 0
      for j in 0..<8 {
        carry = unsafe carry &+ UInt64(t[j]) &+ digit &* UInt64(b[j])
        t[j] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      let upper = UInt64(top) &+ carry
      let factor = UInt64(t[0] &* inverse)
      carry = unsafe (UInt64(t[0]) &+ factor &* UInt64(m[0])) >> 32
      for j in 1..<8 {
        carry = unsafe carry &+ UInt64(t[j]) &+ factor &* UInt64(m[j])
        t[j &- 1] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      carry = carry &+ (upper & 0xFFFF_FFFF)
      t[7] = UInt32(truncatingIfNeeded: carry)
      top = UInt32(truncatingIfNeeded: (carry >> 32) &+ (upper >> 32))
    }
    unsafe reduce(&result, top, to: target)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func add(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, to target: UnsafeMutablePointer<Number>
  ) {
    var sum = Number(repeating: 0)
    var carry: UInt64 = 0
    for index in 0..<8 {
      carry = unsafe carry &+ UInt64(left.pointee[index]) &+ UInt64(right.pointee[index])
      sum[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
    unsafe reduce(&sum, UInt32(truncatingIfNeeded: carry), to: target)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func subtract(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, to target: UnsafeMutablePointer<Number>
  ) {
    // A negative difference gets the modulus added.
    guard unsafe difference(left, right, to: target) == 1 else { return }
    var carry: UInt64 = 0
    for index in 0..<8 {
      carry = unsafe carry &+ UInt64(target.pointee[index]) &+ UInt64(modulus.pointee.value[index])
      unsafe target.pointee[index] = UInt32(truncatingIfNeeded: carry)
      carry >>= 32
    }
  }

  private func words(_ number: UnsafePointer<Number>) -> UnsafePointer<UInt32> {
    unsafe UnsafeRawPointer(number).assumingMemoryBound(to: UInt32.self)
  }

  /// Reduces a number below twice the modulus to one below the modulus.
  private func reduce(_ number: inout Number, _ top: UInt32, to target: UnsafeMutablePointer<Number>) {
    let borrow = unsafe withUnsafePointer(to: modulus.pointee.value) { value in
      unsafe withUnsafePointer(to: number) { number in unsafe difference(number, value, to: target) }
    }
    if UInt64(top) < borrow { unsafe target.pointee = number }
  }

  /// The difference, and 1 where it was negative.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private func difference(
    _ left: UnsafePointer<Number>, _ right: UnsafePointer<Number>, to target: UnsafeMutablePointer<Number>
  ) -> UInt64 {
    var borrow: UInt64 = 0
    for index in 0..<8 {
      let difference = unsafe UInt64(left.pointee[index]) &- UInt64(right.pointee[index]) &- borrow
      unsafe target.pointee[index] = UInt32(truncatingIfNeeded: difference)
      borrow = difference >> 63
    }
    return borrow
  }
}
