/// A chip or chip family. The raw value is its name in templates.
package enum Chip: String, CaseIterable, Sendable {
  case esp8266, esp32, esp32s2, esp32s3, esp32s31
  case esp32c2, esp32c3, esp32c5, esp32c6, esp32c61
  case esp32e22, esp32h2, esp32h21, esp32h4, esp32p4
  case rp2040, rp2350
  case nrf52, nrf52833, nrf52840
  case samd21, samd51, saml21
  case stm32f0, stm32f1, stm32f2, stm32f3, stm32f4, stm32f407, stm32f407vg, stm32f7
  case stm32g0, stm32g4, stm32h7, stm32l0, stm32l1, stm32l4, stm32l5, stm32wb, stm32wl
  case lpc55, mimxrt10xx, kl32l2
  case gd32f350, gd32vf103
  case atmega32, csk4, csk6, bl702, bl618, rza1lu, fx2

  /// The chip with a `chip_id` of the ESP32 family (esp_app_format.h, `esp_chip_id_t`); `nil` for an unknown id.
  package init?(espressif identifier: UInt16) {
    guard let chip = Self.espressif[identifier] else { return nil }
    self = chip
  }

  /// The chip with a UF2 family id (microsoft/uf2, utils/uf2families.json; picotool for RP2350); `nil` for an unknown
  /// id.
  package init?(uf2Family identifier: UInt32) {
    guard let chip = Self.families[identifier] else { return nil }
    self = chip
  }

  private static let espressif: [UInt16: Chip] = [
    0: .esp32, 2: .esp32s2, 5: .esp32c3, 9: .esp32s3, 12: .esp32c2, 13: .esp32c6, 16: .esp32h2, 18: .esp32p4,
    20: .esp32c61, 23: .esp32c5, 25: .esp32h21, 28: .esp32h4, 31: .esp32e22, 32: .esp32s31,
  ]

  private static let families: [UInt32: Chip] = [
    0x7EAB_61ED: .esp8266, 0x1C5F_21B0: .esp32, 0xBFDD_4EEE: .esp32s2, 0xC47E_5767: .esp32s3, 0x3101_F7C1: .esp32s31,
    0x2B88_D29C: .esp32c2, 0xD42B_A06C: .esp32c3, 0xF71C_0343: .esp32c5, 0x540D_DF62: .esp32c6,
    0x77D8_50C4: .esp32c61, 0x3327_26F6: .esp32h2, 0xB6DD_00AF: .esp32h21, 0x9E0B_AA8A: .esp32h4,
    0x3D30_8E94: .esp32p4,
    0xE48B_FF56: .rp2040, 0xE48B_FF59: .rp2350, 0xE48B_FF5A: .rp2350, 0xE48B_FF5B: .rp2350,
    0x1B57_745F: .nrf52, 0x621E_937A: .nrf52833, 0xADA5_2840: .nrf52840,
    0x68ED_2B88: .samd21, 0x5511_4460: .samd51, 0x1851_780A: .saml21,
    0x6478_24B6: .stm32f0, 0x5EE2_1072: .stm32f1, 0x5D1A_0A2E: .stm32f2, 0x6B84_6188: .stm32f3, 0x5775_5A57: .stm32f4,
    0x6D09_22FA: .stm32f407, 0x8FB0_60FE: .stm32f407vg, 0x53B8_0F00: .stm32f7, 0x300F_5633: .stm32g0,
    0x4C71_240A: .stm32g4, 0x6DB6_6082: .stm32h7, 0x202E_3A91: .stm32l0, 0x1E1F_432D: .stm32l1, 0x00FF_6919: .stm32l4,
    0x0424_0BDF: .stm32l5, 0x70D1_6653: .stm32wb, 0x2146_0FF0: .stm32wl,
    0x2ABC_77EC: .lpc55, 0x4FB2_D5BD: .mimxrt10xx, 0x7F83_E793: .kl32l2,
    0x31D2_28C6: .gd32f350, 0x9AF0_3E33: .gd32vf103,
    0x1657_3617: .atmega32, 0x4F6A_CE52: .csk4, 0x6E73_48A8: .csk6, 0x11DE_784A: .bl702, 0x4B68_4D71: .bl618,
    0x9517_422F: .rza1lu, 0x5A18_069B: .fx2,
  ]
}
