import Testing

@testable import AsvinImage

@Suite struct FrameworkDefaultTests {
  @Test(arguments: ["arduino-lib-builder", "libespidf"])
  func `The name and version that a framework gives every project are not the product's`(name: String) throws {
    let description = try describe(ESP32Builder(version: "v4.4.6-dirty", projectName: name).bytes)
    #expect(description.projectName == nil)
    #expect(description.version == nil)
    #expect(description.defaultName == name)
    #expect(description.defaultVersion == "v4.4.6-dirty")
  }

  // The builder's framework is v5.1.2.
  @Test(arguments: ["v5.1.2", "v5.1.2-dirty", "esp-idf: v4.4.5 ac5d805d0e"])
  func `The framework's own version is not the product's`(version: String) throws {
    let description = try describe(ESP32Builder(version: version).bytes)
    #expect(description.version == nil)
    #expect(description.projectName == "blink")
  }

  @Test(arguments: ["1.4.2", "v5.1.3", "5.1.2", "1", "hello_world"])
  func `Every other version is the product's, and so is an example's name`(version: String) throws {
    let description = try describe(ESP32Builder(version: version, projectName: "hello_world").bytes)
    #expect(description.version == version)
    #expect(description.projectName == "hello_world")
  }

  @Test func `The version 0.0.0 of an MCUboot image is the tool's default`() throws {
    let image = MCUbootBuilder().bytes
    #expect(try describe(image.with(zeros(8), at: 20)).version == nil)
    #expect(try describe(image.with(zeros(8), at: 20)).defaultVersion == "0.0.0")
    #expect(try describe(image).version == "1.2.300")
    #expect(try describe(image.with([0, 0, 1, 0], at: 20)).version == "0.0.1")
  }

  @Test func `A version that is not text is reported as one that cannot be read`() throws {
    let image = ESP32Builder().bytes
    #expect(try describe(image.with([0xC3, 0xA4], at: 0x30)).hasUnreadableVersion)
    #expect(try !describe(image.with(zeros(32), at: 0x30)).hasUnreadableVersion)
    #expect(try !describe(image).hasUnreadableVersion)
  }
}
