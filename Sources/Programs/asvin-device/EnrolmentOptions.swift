import AsvinHost
import ArgumentParser
import AsvinAgent
import AsvinBundle
import AsvinPlatformClient
import FoundationEssentials

/// Where the platform is.
struct PlatformAddress: ParsableArguments {
  @Option(
    name: .customLong("to"), help: ArgumentHelp("The platform, as https://updates.example.com.", valueName: "address"))
  var address: String

  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp("Certificates, PEM, that are trusted in place of the system's.", valueName: "file"))
  var authority: String?

  func with<Result: Sendable>(_ body: @Sendable (PlatformConnection) async throws -> Result) async throws -> Result {
    let authorities = try authority.map { try readBytes($0) }
    return try await PlatformConnection.with(address, authorities: authorities, body)
  }
}

/// What a device is when it is enrolled.
struct EnrolmentOptions: ParsableArguments {
  @Option(help: ArgumentHelp("What the device calls itself: unique in the workspace.", valueName: "text"))
  var name: String

  @Option(help: ArgumentHelp("What people call it.", valueName: "text"))
  var label: String?

  @Option(help: ArgumentHelp("The vendor's domain, as in the releases.", valueName: "domain"))
  var vendor: String

  @Option(name: .customLong("class"), help: ArgumentHelp("The class's name, as in the releases.", valueName: "name"))
  var deviceClass: String

  @Option(help: ArgumentHelp("The image that it runs now.", valueName: "file"))
  var image: String

  @Option(help: ArgumentHelp("The version of that image.", valueName: "text"))
  var fwVersion: String

  @Option(
    help: ArgumentHelp(
      "Its sequence number, up to 281474976710655: only releases above it are accepted.", valueName: "number"),
    transform: Bounds.integer(0...(1 << 48) - 1))
  var sequence: UInt64

  @Option(
    help: ArgumentHelp(
      "Bytes of the largest image, up to 1099511627776; both banks reserve them on the disk.", valueName: "bytes"),
    transform: Bounds.integer(1...1 << 40))
  var room: UInt64 = 1 << 26

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A public key of which one must have signed. May be repeated.", valueName: "pub"))
  var trust: [String]

  /// The workspace's keys come from the environment, where no list of processes shows them.
  func enrolment() throws -> DeviceEnrolment {
    let variables = ProcessInfo.processInfo.environment
    guard let customer = variables["ASVIN_CUSTOMER_KEY"], let device = variables["ASVIN_DEVICE_KEY"] else {
      throw Failure(
        .usage, "the workspace's keys are not given", hint: "set ASVIN_CUSTOMER_KEY and ASVIN_DEVICE_KEY")
    }
    return DeviceEnrolment(
      name: name, label: label, deviceClass: try DeviceClass(vendor: vendor, name: deviceClass),
      image: try readBytes(image), version: fwVersion, sequence: sequence, room: room,
      trust: try trust.map { String(decoding: try readBytes($0), as: UTF8.self) }, customerKey: customer,
      deviceKey: device)
  }
}

/// All bytes of a file.
func readBytes(_ path: String) throws -> [UInt8] {
  try explaining(path) {
    let file = try InputFile(path)
    return try file.read(at: 0, count: Int(file.count))
  }
}
