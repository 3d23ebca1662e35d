import AsvinHost
import ArgumentParser
import AsvinRelease

/// The options of a release, for `sign` and for `lint`.
struct ReleaseArguments: ParsableArguments {
  @Option(help: ArgumentHelp("The firmware's version.", valueName: "version"))
  var fwVersion: String?

  @Option(help: ArgumentHelp("The sequence number; default: derived from the version.", valueName: "n"))
  var sequence: UInt64?

  @Option(help: ArgumentHelp("The vendor's domain.", valueName: "domain"))
  var vendor: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("The board's name.", valueName: "name"))
  var deviceClass: String?

  @Option(
    help: ArgumentHelp("The name of the product; default: the name in the image, or of the file.", valueName: "name"))
  var name: String?

  @Option(
    name: .customLong("slot"), parsing: .singleValue,
    help: ArgumentHelp("An image for another slot. May be repeated.", valueName: "n=file"))
  var slots: [String] = []

  @Option(
    name: .customLong("range"), parsing: .singleValue,
    help: ArgumentHelp(
      "The addresses of a container (Intel HEX, S-record, UF2, ELF, DFU) that become the image, first and last"
        + " included, for example 0x8000000-0x80FFFFF; 1=RANGE for slot 1. May be repeated.", valueName: "range"))
  var ranges: [String] = []

  @Option(
    name: .customLong("family"), parsing: .singleValue,
    help: ArgumentHelp(
      "The chip or board of a container with data for several: a family id, or a chip's name; 1=ID for slot 1."
        + " May be repeated.", valueName: "id"))
  var families: [String] = []

  @Option(help: ArgumentHelp("The board template, by name or path.", valueName: "template"), completion: .file())
  var template: String?

  @Option(
    name: .customLong("allow"), parsing: .singleValue,
    help: ArgumentHelp(
      "A lint rule to ignore: \(LintRule.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "rule"
    ))
  var allowed: [LintRule] = []

  @Option(help: ArgumentHelp("The file group to compare with; default: the group of the project.", valueName: "name"))
  var group: String?

  @Option(name: .customLong("to"), help: ArgumentHelp("The place of that group, dir:PATH.", valueName: "place"))
  var destination: String?

  func options(for file: String) throws -> ReleaseOptions {
    var options = ReleaseOptions(file: file)
    options.version = fwVersion
    options.sequence = sequence
    options.vendor = vendor
    options.deviceClass = deviceClass
    options.name = name
    options.template = template
    options.allowed = Set(allowed)
    options.group = group
    options.destination = destination
    options.ranges = try Self.bySlot(ranges, "--range")
    options.families = try Self.bySlot(families, "--family")
    for text in slots {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let slot = UInt64(parts[0]) else {
        throw Failure(.usage, "'\(text)' does not name a slot and a file", hint: "write --slot 1=FILE")
      }
      guard options.slots.updateValue(String(parts[1]), forKey: slot) == nil else {
        throw Failure(.usage, "slot \(slot) is given twice", hint: "give each slot one file")
      }
    }
    return options
  }

  /// Values by slot; one without a slot is for slot 0.
  private static func bySlot(_ values: [String], _ option: String) throws -> [UInt64: String] {
    var bySlot: [UInt64: String] = [:]
    for text in values {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let value = parts.last, !value.isEmpty, let slot = parts.count == 1 ? 0 : UInt64(parts[0]) else {
        throw Failure(
          .usage, "'\(text)' is not a value for \(option)", hint: "write \(option) VALUE, or 1=VALUE for slot 1")
      }
      guard bySlot.updateValue(String(value), forKey: slot) == nil else {
        throw Failure(.usage, "\(option) is given twice for slot \(slot)", hint: "give each slot one \(option)")
      }
    }
    return bySlot
  }
}

extension LintRule: ExpressibleByArgument {}

/// The source of the passphrase of a private key.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("A file with the passphrase; default: ASVIN_PACK_PASSPHRASE, or a prompt.", valueName: "file"),
    completion: .file())
  var passphraseFile: String?
}

extension Environment {
  func with(_ options: PassphraseOptions) -> Environment {
    var environment = self
    environment.passphraseFile = options.passphraseFile
    return environment
  }
}
