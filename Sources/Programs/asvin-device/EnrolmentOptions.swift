import AsvinHost
import ArgumentParser
import AsvinAgent
import AsvinBundle
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct PlatformAddress: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The platform, for example https://updates.example.com.", valueName: "address"))
  var address: String

  @OptionGroup var authority: AuthorityOption

  func with<Result: Sendable>(_ body: @Sendable (PlatformConnection) async throws -> Result) async throws -> Result {
    try await PlatformConnection.with(address, authorities: authority.bytes(), body)
  }
}

/// The properties of a device that is enrolled.
struct EnrolmentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The name of the device, unique in the workspace.", valueName: "text"))
  var name: String

  @Option(help: ArgumentHelp("A label for operators.", valueName: "text"))
  var label: String?

  @Option(help: ArgumentHelp("The vendor's domain, as in the releases.", valueName: "domain"))
  var vendor: String

  @Option(name: .customLong("class"), help: ArgumentHelp("The class's name, as in the releases.", valueName: "name"))
  var deviceClass: String

  @Option(help: ArgumentHelp("The image that the device runs now.", valueName: "file"))
  var image: String

  @Option(help: ArgumentHelp("The version of that image.", valueName: "text"))
  var fwVersion: String

  @Option(
    help: ArgumentHelp(
      "The sequence number of that image, up to 281474976710655. Only releases above it are accepted.",
      valueName: "number"),
    transform: Bounds.integer(0...(1 << 48) - 1))
  var sequence: UInt64

  @Option(
    help: ArgumentHelp(
      "Size limit of an image in bytes, up to 1099511627776. Both banks reserve it on the disk.", valueName: "bytes"),
    transform: Bounds.integer(1...1 << 40))
  var room: UInt64 = 1 << 26

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A trusted public key. One of these keys must have signed. May be repeated.", valueName: "pub"))
  var trust: [String]

  func enrolment() throws -> DeviceEnrolment {
    guard let keys = EnrolmentKeys(ProcessInfo.processInfo.environment) else {
      throw Failure(
        .usage, "no enrolment token is given",
        hint: "set ASVIN_ENROLMENT_TOKEN, or ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY")
    }
    return DeviceEnrolment(
      name: name, label: label, deviceClass: try DeviceClass(vendor: vendor, name: deviceClass),
      image: try readSmallFile(image, limit: 1 << 40), version: fwVersion, sequence: sequence, room: room,
      trust: try trust.map { String(decoding: try readSmallFile($0, limit: 1 << 16), as: UTF8.self) }, keys: keys)
  }
}
