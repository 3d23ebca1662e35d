import Testing

@testable import AsvinDeviceCrypto

/// Registers hold numbers of 256 bits that may be the modulus or more. Judged by sums of one bit at a time.
@Suite("The device's arithmetic") struct CalculatorTests {
  static let moduli: [Modulus] = [.ed25519Field, .ed25519Order, .p256Field, .p256Order]

  /// A number with a word above its eight, below 2²⁸⁸.
  struct Wide: Equatable {
    var words: [UInt32]

    init(_ number: Number) { words = (0..<9).map { $0 < 8 ? number[$0] : 0 } }

    var number: Number { Number { words[$0] } }

    func isBelow(_ other: Wide) -> Bool { words.reversed().lexicographicallyPrecedes(other.words.reversed()) }

    static func + (one: Wide, other: Wide) -> Wide {
      var sum = one
      var carry: UInt64 = 0
      for index in 0..<9 {
        carry += UInt64(one.words[index]) + UInt64(other.words[index])
        sum.words[index] = UInt32(truncatingIfNeeded: carry)
        carry >>= 32
      }
      return sum
    }

    /// The remainder after subtractions of one multiple by a power of two at a time.
    func remainder(_ modulus: Wide) -> Wide {
      var multiples = [modulus]
      while let last = multiples.last, !isBelow(last), last.words[8] < 1 << 31 { multiples.append(last + last) }
      var rest = self
      for multiple in multiples.reversed() where !rest.isBelow(multiple) {
        var borrow: Int64 = 0
        for index in 0..<9 {
          borrow += Int64(rest.words[index]) - Int64(multiple.words[index])
          rest.words[index] = UInt32(truncatingIfNeeded: borrow)
          borrow >>= 32
        }
      }
      return rest
    }

    func times(_ other: Wide, modulo modulus: Wide) -> Wide {
      let factor = remainder(modulus)
      var product = Wide(Number(repeating: 0))
      for place in (0..<256).reversed() {
        product = (product + product).remainder(modulus)
        if other.words[place / 32] >> UInt32(place % 32) & 1 == 1 { product = (product + factor).remainder(modulus) }
      }
      return product
    }
  }

  /// The edges of a modulus and of 256 bits, and numbers without a pattern.
  static func numbers(_ modulus: Modulus) -> [Number] {
    var edges: [Number] = []
    let ends: [Number] = [Number(repeating: 0), modulus.value, Number(repeating: 0xFFFF_FFFF)]
    for end in ends {
      for offset: Int64 in [-2, -1, 0, 1, 2] {
        var number = end
        var carry = offset
        for index in 0..<8 {
          carry += Int64(number[index])
          number[index] = UInt32(truncatingIfNeeded: carry)
          carry >>= 32
        }
        edges.append(number)
      }
    }
    var generator = SystemRandomNumberGenerator()
    return edges + (0..<6).map { _ in Number { _ in generator.next() } }
  }

  static func compute<Result>(_ modulus: Modulus, _ body: (Calculator) -> Result) -> Result {
    unsafe withUnsafePointer(to: modulus) { modulus in
      unsafe Calculator.with(modulus, registers: Calculator.formulaRegisters, body)
    }
  }

  /// The register as a plain number below the modulus.
  static func plain(_ calculator: Calculator, _ register: Step.Register) -> Wide {
    calculator.fromMontgomery(register)
    return Wide(calculator.value(register))
  }

  @Test(arguments: moduli.indices)
  func `Sums, differences and products of any numbers are those of their remainders`(index: Int) {
    let modulus = Self.moduli[index]
    let wide = Wide(modulus.value)
    let numbers = Self.numbers(modulus)
    for one in numbers {
      for other in numbers {
        Self.compute(modulus) { calculator in
          calculator.set(.a, one)
          calculator.set(.b, other)
          calculator.add(.a, .b, to: .c)
          calculator.subtract(.c, .b, to: .d)
          calculator.subtract(.d, .a, to: .d)
          #expect(calculator.isZero(.d))
          let rest = calculator.value(.c)
          #expect(Wide(rest).remainder(wide) == (Wide(one) + Wide(other)).remainder(wide))
          calculator.subtract(.a, .b, to: .c)
          #expect((Wide(calculator.value(.c)) + Wide(other)).remainder(wide) == Wide(one).remainder(wide))
          calculator.toMontgomery(.a)
          calculator.toMontgomery(.b)
          calculator.multiply(.a, .b, to: .c)
          #expect(Self.plain(calculator, .c) == Wide(one).times(Wide(other), modulo: wide))
        }
      }
    }
  }

  @Test(arguments: moduli.indices)
  func `A number is 0 where the modulus divides it, and is reduced when it leaves Montgomery form`(index: Int) {
    let modulus = Self.moduli[index]
    let wide = Wide(modulus.value)
    var zeros = 0
    for number in Self.numbers(modulus) {
      let rest = Wide(number).remainder(wide)
      Self.compute(modulus) { calculator in
        calculator.set(.a, number)
        #expect(calculator.isZero(.a) == Number.isZero(rest.number))
        zeros += Number.isZero(rest.number) ? 1 : 0
        calculator.set(.b, number)
        calculator.toMontgomery(.b)
        #expect(Self.plain(calculator, .b) == rest)
        calculator.set(.c, number)
        calculator.fromMontgomery(.c)
        #expect(calculator.isReduced(calculator.value(.c)))
      }
    }
    #expect(zeros >= 2)
  }

  @Test(arguments: moduli.indices)
  func `A number times its inverse is 1`(index: Int) {
    let modulus = Self.moduli[index]
    let wide = Wide(modulus.value)
    for number in Self.numbers(modulus) where !Number.isZero(Wide(number).remainder(wide).number) {
      Self.compute(modulus) { calculator in
        calculator.set(.a, number)
        calculator.toMontgomery(.a)
        calculator.invert(.a, into: .b)
        calculator.multiply(.a, .b, to: .c)
        var one = Number(repeating: 0)
        one[0] = 1
        #expect(Self.plain(calculator, .c) == Wide(one))
      }
    }
  }
}
