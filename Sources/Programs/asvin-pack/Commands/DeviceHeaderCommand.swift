import ArgumentParser
import AsvinHost
import AsvinPrograms
import AsvinRelease

struct DeviceHeaderCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "device-header",
    abstract: "Write a C header with a device's constants: vendor, class, trusted keys, sequence number, sizes.",
    discussion: "The values come from options, then from asvin-pack.yaml, then from its template.")

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A public key that the device trusts; default: those of the project. May be repeated.", valueName: "pub"),
    completion: .file())
  var trust: [String] = []

  @Option(help: ArgumentHelp("The number of keys that must have signed.", valueName: "n"))
  var threshold = 1

  @Option(help: ArgumentHelp("The vendor's domain.", valueName: "domain"))
  var vendor: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("The board's name.", valueName: "name"))
  var deviceClass: String?

  @Option(help: ArgumentHelp("The board template, by name or path.", valueName: "template"), completion: .file())
  var template: String?

  @Option(help: ArgumentHelp("The version of the firmware that includes the header.", valueName: "version"))
  var fwVersion: String?

  @Option(help: ArgumentHelp("Its sequence number; default: derived from the version.", valueName: "n"))
  var sequence: UInt64?

  @Flag(help: "The device accepts complete images only: no patches, no compressed images.")
  var imagesOnly = false

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The header; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func outcomes(in environment: Environment, _ report: (DeviceHeaderReport) throws -> Void) throws {
    var header = DeviceHeader(output: output)
    header.trust = trust.map { KeyReference($0, from: environment.folder) }
    header.threshold = threshold
    header.vendor = vendor
    header.deviceClass = deviceClass
    header.template = template
    header.version = fwVersion
    header.sequence = sequence
    header.imagesOnly = imagesOnly
    header.force = force
    try report(header.run(in: environment))
  }
}

extension DeviceHeaderReport: Report {
  var lines: [String] {
    ["wrote \(output)", line("vendor", vendor), line("class", deviceClass), line("sequence", "\(sequence)")]
      + keys.map { line("trusts", "key \($0)") }
  }
}
