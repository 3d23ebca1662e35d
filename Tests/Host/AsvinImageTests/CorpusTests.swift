import AsvinFixtures
import FoundationEssentials
import Testing

@testable import AsvinImage

/// Vendors' own files, outside the project.
enum Corpus {
  static let root = URL(filePath: Shared.folder).appending(path: "corpus")

  static var isThere: Bool { FileManager.default.fileExists(atPath: root.path) }

  static var images: [String] {
    // An absent folder skips the suite aloud, above.
    guard let folders = try? FileManager.default.contentsOfDirectory(atPath: root.path) else { return [] }  // absent
    return folders.sorted().flatMap { ["\($0)/old.bin", "\($0)/new.bin"] }
  }

  static func bytes(_ image: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: root.appending(path: image))) }
}

@Suite(.enabled(if: Corpus.isThere, "no firmware at \(Corpus.root.path)"))
struct CorpusTests {
  @Test(arguments: Corpus.images)
  func `Every image is described and intact`(image: String) throws {
    let description = try describe(Corpus.bytes(image))
    #expect(description.isWhole)
    #expect(description.format.kind == (image.hasPrefix("squashfs") ? .linux : .image))
    #expect((description.format == .plain) == !(image.hasPrefix("esp") || image.hasPrefix("squashfs")))
    #expect(description.role == (image.hasPrefix("esp32-nina") ? .flash : .application))
  }

  @Test(arguments: ["old", "new"])
  func `The ESP32-C3 switch has chip and version`(name: String) throws {
    let description = try describe(Corpus.bytes("esp32c3-switch-0427-0429/\(name).bin"))
    #expect(description.chip == .esp32c3)
    #expect(description.defaultVersion == "esp-idf: v4.4.5 ac5d805d0e")
    #expect(description.defaultName == "arduino-lib-builder")
    #expect(description.version == nil)
    #expect(description.projectName == nil)
    #expect(description.checks.count == 2)
  }

  @Test(arguments: ["old", "new"])
  func `MicroPython is an ESP8266 image`(name: String) throws {
    let description = try describe(Corpus.bytes("esp8266-micropython-1.9.4-1.10/\(name).bin"))
    #expect(description.format == .esp8266)
    #expect(description.chip == .esp8266)
    #expect(description.checks.map(\.name) == ["checksum"])
  }

  @Test(arguments: ["old", "new"])
  func `The NINA flash dump has its application's framework version, and no other`(name: String) throws {
    let description = try describe(Corpus.bytes("esp32-nina-1.4.4-1.4.5/\(name).bin"))
    #expect(description.chip == .esp32)
    #expect(description.offset == 0x3_0000)
    #expect(description.frameworkVersion == "v3.3.1")
    // This build leaves the descriptor's version empty.
    #expect(description.version == nil)
    #expect(description.checks.count == 4)
  }
}
