import ArgumentParser
import AsvinBundle
import AsvinHost
import AsvinPlatformAPI
import AsvinPlatformClient
import AsvinPrograms
import FoundationEssentials

struct DeviceRegisterCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "register",
    abstract: "Register a device with the symmetric key that its factory wrote.",
    discussion: """
      The device proves its requests with the key and waits in the lobby. Registering it again with the same key changes \
      nothing. Another key is refused until the device is removed.
      """)

  @Argument(help: "The name of the device, unique in the workspace.") var name: String
  @Option(help: ArgumentHelp("The vendor's domain, as in the releases.", valueName: "domain")) var vendor: String
  @Option(name: .customLong("class"), help: ArgumentHelp("The class's name, as in the releases.", valueName: "name"))
  var deviceClass: String
  @Option(help: ArgumentHelp("The key: a file of 32 bytes, or of 64 hexadecimal digits.", valueName: "file"))
  var keyFile: String
  @Option(help: ArgumentHelp("A label for operators.", valueName: "text")) var label: String?
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    let enrolment = SharedKeyEnrolment(
      name: name, deviceClass: try DeviceClass(vendor: vendor, name: deviceClass).classID,
      key: Data(try key(in: environment)), label: label)
    try report(
      try platform.tasks(in: environment).run { platform in
        let known = try await platform.require(.post, "/manage/devices", enrolment, as: EnrolmentReply.self)
        let device = try await platform.require(.get, "/manage/devices/\(known.device)", as: DeviceReply.self)
        return DeviceTable(devices: [device])
      })
  }

  /// The bytes of the key. A message about it never holds them.
  private func key(in environment: Environment) throws -> [UInt8] {
    let bytes = try environment.smallInput(keyFile, limit: 256)
    if bytes.span.count == 32 { return bytes }
    let digits = bytes.filter { $0 > 0x20 }.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 64, bytes.filter({ $0 > 0x20 }).count == 64 else {
      throw Failure(
        .usage, "'\(keyFile)' is not a key", hint: "give a file of 32 random bytes, or of 64 hexadecimal digits")
    }
    return (0..<32).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
  }
}
