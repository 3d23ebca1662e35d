import AsvinFixtures
import AsvinManifest
import AsvinVerifier
import Testing

@testable import AsvinDeviceCrypto

/// Keys are asked for by themselves: no signature by a key that is none can be made to try them with.
@Suite("Keys that are not on the curve")
struct KeyPointTests {
  static func isP256(_ x: String, _ y: String) -> Bool {
    let key = [UInt8](hex: x + y)
    return unsafe withUnsafePointer(to: Modulus.p256Field) { field in
      unsafe Calculator.with(field, registers: Calculator.allRegisters) { P256.load(key.span, $0) }
    }
  }

  static func isEd25519(_ key: [UInt8]) -> Bool {
    unsafe withUnsafePointer(to: Modulus.ed25519Field) { field in
      unsafe Calculator.with(field, registers: Calculator.allRegisters) { Ed25519.negate(key.span, $0) }
    }
  }

  static let zero = String(repeating: "0", count: 64)
  /// √b: the y of the points whose x is 0.
  static let root = "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"
  static let prime = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
  static let primeAndOne = "ffffffff00000001000000000000000000000001000000000000000000000000"
  static let one = String(repeating: "0", count: 63) + "1"
  /// An x of the points whose y is 1.
  static let abscissa = "09e78d4ef60d05f750f6636209092bc43cbdd6b47e11a9de20a9feb2a50bb96c"

  @Test func `A point of P-256 is a key`() {
    #expect(Self.isP256(Self.zero, Self.root))
    #expect(Self.isP256(Self.abscissa, Self.one))
  }

  @Test func `A coordinate that is p or more is refused, though the point would be the same`() {
    #expect(!Self.isP256(Self.prime, Self.root))
    #expect(!Self.isP256(Self.abscissa, Self.primeAndOne))
  }

  @Test func `A pair that is off the curve is refused`() {
    #expect(!Self.isP256(Self.zero, Self.zero))
    #expect(!Self.isP256(Self.one, Self.root))
    #expect(!Self.isP256(Self.zero, Self.one))
    #expect(!Self.isP256(Self.abscissa, Self.root))
  }

  @Test(arguments: [(2, false), (3, true), (7, false), (8, false), (9, true)])
  func `A y that no point of Ed25519 has is refused`(y: UInt8, isPoint: Bool) {
    for sign in [UInt8(0), 0x80] {
      #expect(Self.isEd25519([y] + [UInt8](repeating: 0, count: 30) + [sign]) == isPoint)
    }
  }
}
