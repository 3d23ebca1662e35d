import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Real firmware", .usesScratch, .needsShared("corpus"))
struct CorpusTests {
  static let pairs = [
    "aarch64-shell-pi3", "aarch64-uboot-rpi4-2023-2025", "avr-grbl-0.9i-0.9j", "esp32-nina-1.4.4-1.4.5",
    "esp32c3-switch-0427-0429", "esp8266-micropython-1.9.4-1.10", "lpc1769-smoothie-2001-2008",
    "lpc4320-hackrf-2022-2024", "nrf51-microbit-upy-1.2.1-1.2.3", "nrf52840-s140-6.1.0-6.1.1", "programmer-0.8-0.9",
    "riscv32-moondancer-0.2.3-0.2.4", "rp2040-logicanalyzer-4.0", "sam3x-shell", "squashfs-gzip-arm64",
    "stm32f4-pybv11-1.10-1f5d", "stm32f4-pybv11-dirty", "stm32l4-coldcard-boot-3.1.5-3.2.0", "synthesizer-1-2",
    "x86-seabios-1.16.2-1.16.3",
  ]

  @Test(arguments: pairs)
  func `Every image signs and verifies with both algorithms`(pair: String) throws {
    try SigningFixture.with { fixture in
      for file in ["old.bin", "new.bin"] {
        let path = "\(Shared.folder)/corpus/\(pair)/\(file)"
        for algorithm in ["ed25519", "ecdsa-p256"] {
          let (key, trusted) = (fixture.key(algorithm), fixture.publicKey(algorithm))
          let report = try fixture.sign(path) {
            $0.keys = [key]
            $0.output = "\(algorithm)-\(file).asvin"
            $0.release.version = "1.0.0"
            // Published as a complete flash. It is signed unchanged only if the user asks for that.
            if pair.hasPrefix("esp32-nina") { $0.release.allowed = [.role] }
          }
          #expect(report.envelopeBytes <= 320)
          #expect(try fixture.verify(report.output) { $0.trust = [trusted] }.isAccepted)
        }
      }
    }
  }

  @Test func `The corpus has no pair that is not listed here`() throws {
    #expect(try Scratch(folder: "\(Shared.folder)/corpus").folders() == Self.pairs)
  }

  @Test(
    arguments: [
      ("esp8266-micropython-1.9.4-1.10", "esp8266", nil),
      ("esp32-nina-1.4.4-1.4.5", "esp32", nil),
      ("esp32c3-switch-0427-0429", "esp32c3", nil),
    ] as [(String, String, String?)])
  func `Images of Espressif's chips show their chip, and the version where they hold one`(
    pair: String, chip: String, version: String?
  ) throws {
    try SigningFixture.with { fixture in
      let report = try Inspection(file: "\(Shared.folder)/corpus/\(pair)/new.bin").run(in: fixture.environment)
      #expect(report.image?.chip == chip)
      #expect(report.image?.version == version)
      #expect(report.image?.checks.allSatisfy { $0.result == "right" } == true)
    }
  }
}
