/// A modulus, with the constants of Montgomery multiplication (Montgomery, 1985), for R = 2²⁵⁶.
///
/// A calculator reads the first two fields by their places.
struct Modulus {
  let value: Number
  /// R² modulo the value: a product with it converts a number to Montgomery form.
  let square: Number
  /// −value⁻¹ modulo 2³².
  let inverse: UInt32

  /// 2²⁵⁵ − 19 (RFC 8032 §5.1).
  static let ed25519Field = Modulus(
    value: [0xFFFF_FFED, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF],
    square: [0x0000_05A4, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0000],
    inverse: 0x286B_CA1B)

  /// L, the order of the base point (RFC 8032 §5.1).
  static let ed25519Order = Modulus(
    value: [0x5CF5_D3ED, 0x5812_631A, 0xA2F7_9CD6, 0x14DE_F9DE, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x1000_0000],
    square: [0x449C_0F01, 0xA406_11E3, 0x6885_9347, 0xD00E_1BA7, 0x17F5_BE65, 0xCEEC_73D2, 0x7C30_9A3D, 0x0399_411B],
    inverse: 0x1254_7E1B)

  /// p of P-256 (FIPS 186-5, SP 800-186 3.2.1.3).
  static let p256Field = Modulus(
    value: [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0001, 0xFFFF_FFFF],
    square: [0x0000_0003, 0x0000_0000, 0xFFFF_FFFF, 0xFFFF_FFFB, 0xFFFF_FFFE, 0xFFFF_FFFF, 0xFFFF_FFFD, 0x0000_0004],
    inverse: 0x0000_0001)

  /// n of P-256.
  static let p256Order = Modulus(
    value: [0xFC63_2551, 0xF3B9_CAC2, 0xA717_9E84, 0xBCE6_FAAD, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0000_0000, 0xFFFF_FFFF],
    square: [0xBE79_EEA2, 0x8324_4C95, 0x49BD_6FA6, 0x4699_799C, 0x2B6B_EC59, 0x2845_B239, 0xF3D9_5620, 0x66E1_2D94],
    inverse: 0xEE00_BC4F)
}
