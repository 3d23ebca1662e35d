import AsvinHost
import ArgumentParser
import AsvinPatch
import AsvinPatchBuilder
import AsvinRelease

struct Delta: Verb {
  static let configuration = CommandConfiguration(
    commandName: "delta", abstract: "Make a patch from one image to another, and prove it.",
    discussion: "OLD and NEW are images or bundles. An OLD of no bytes gives the compressed image.")

  @Argument(help: ArgumentHelp("The base.", valueName: "old"), completion: .file())
  var old: String

  @Argument(help: ArgumentHelp("The result.", valueName: "new"), completion: .file())
  var new: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The patch's file; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("The machine code: \(Architecture.names).", valueName: "name"))
  var arch = Architecture(set: nil)

  @Option(
    help: ArgumentHelp(
      "Memory that it is applied in: auto, standard (40 KiB), tiny (20 KiB) or linux.", valueName: "name"))
  var profile = ProfileName(nil)

  @Flag(help: "Write the result over the base, block by block.")
  var inPlace = false

  @Option(help: ArgumentHelp("In place: bytes of the slot.", valueName: "bytes"))
  var memory: UInt64?

  @Option(help: ArgumentHelp("In place: bytes of an erase block.", valueName: "bytes"))
  var block: UInt64 = 4096

  @Option(help: ArgumentHelp("In place: blocks that are kept twice, 1 or 2.", valueName: "n"))
  var spare: UInt64 = 2

  @Option(help: ArgumentHelp("How long to look for a smaller patch: fast, normal or max.", valueName: "name"))
  var effort = Effort.normal

  @Option(help: ArgumentHelp("The slot whose image is taken out of a bundle.", valueName: "n"))
  var slot: UInt64 = 0

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func validate() throws {
    if !inPlace, memory != nil { throw ValidationError("--memory belongs to --in-place") }
    if inPlace, profile.profile == .linux {
      throw ValidationError("--profile linux goes to another slot, not in place")
    }
  }

  func outcomes(in environment: Environment, _ report: (PatchReport) throws -> Void) throws {
    var creation = PatchCreation(from: old, to: new, output: output)
    creation.slot = slot
    creation.profile = profile.profile ?? (inPlace ? .standard : nil)
    creation.set = arch.set
    creation.force = force
    creation.effort = effort
    if inPlace { creation.inPlace = InPlaceOptions(memory: memory, block: block, spare: spare) }
    try report(creation.run(in: environment))
  }
}

extension Effort: ExpressibleByArgument {}

/// A machine code, or `auto` for the one that makes the smallest patch.
struct Architecture: ExpressibleByArgument {
  static let names = (["auto"] + InstructionSet.allCases.map(\.name)).joined(separator: ", ")

  let set: InstructionSet?

  init(set: InstructionSet?) { self.set = set }

  init?(argument: String) {
    let set = InstructionSet.allCases.first { $0.name == argument }
    guard set != nil || argument == "auto" else { return nil }
    self.set = set
  }

  var defaultValueDescription: String { self.set?.name ?? "auto" }

  static var allValueStrings: [String] { ["auto"] + InstructionSet.allCases.map(\.name) }

  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

/// A profile by its name, or `auto` for what the image looks made for.
struct ProfileName: ExpressibleByArgument {
  let profile: Profile?

  init(_ profile: Profile?) { self.profile = profile }

  init?(argument: String) {
    profile = Profile.allCases.first { $0.name == argument }
    guard profile != nil || argument == "auto" else { return nil }
  }

  var defaultValueDescription: String { profile?.name ?? "auto" }

  static var allValueStrings: [String] { ["auto"] + Profile.allCases.map(\.name) }

  static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
