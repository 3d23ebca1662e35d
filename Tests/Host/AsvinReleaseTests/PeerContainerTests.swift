import AsvinFixtures
import AsvinRelease
import FoundationEssentials
import Glibc
import Testing

/// GNU objcopy of the machine, which writes the containers that are read here.
enum Objcopy {
  static let path = "/usr/bin/objcopy"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

  static func run(_ arguments: String, in scratch: Scratch) -> Int32 {
    unsafe system("cd '\(scratch.folder)' && \(path) \(arguments)")
  }
}

@Suite("Containers of GNU objcopy", .usesScratch, .enabled(if: Objcopy.isThere, "no \(Objcopy.path)"))
struct PeerContainerTests {
  @Test(arguments: ["ihex", "srec", "srec --srec-forceS3", "srec --srec-len=8"], [0x0, 0xFF00, 0x08000000])
  func `The output of objcopy becomes the image that it was made from`(format: String, address: Int) throws {
    try SigningFixture.using(image: SigningFixture.noise(70_000)) { (fixture: SigningFixture) throws in
      let options = "-I binary -O \(format) --change-addresses \(address) firmware.bin firmware.txt"
      #expect(Objcopy.run(options, in: fixture.scratch) == 0)
      let expected = try Inspection(file: "firmware.bin").run(in: fixture.environment)
      let report = try fixture.sign("firmware.txt") { $0.output = "container.asvin" }
      let plain = try fixture.sign("firmware.bin") { $0.output = "plain.asvin" }
      #expect(report.release.components.map(\.sha256) == plain.release.components.map(\.sha256))
      #expect(report.image?.loadAddress == UInt64(address))
      #expect(report.image?.size == expected.image?.size)
    }
  }
}
