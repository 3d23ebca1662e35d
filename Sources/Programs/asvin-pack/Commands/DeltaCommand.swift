import AsvinPrograms
import FoundationEssentials
import AsvinHost
import ArgumentParser
import AsvinPatch
import AsvinPatchBuilder
import AsvinRelease

struct DeltaCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "delta", abstract: "Make a patch from one image to another, and verify that it reproduces the result.",
    discussion: "OLD and NEW are images or bundles. With an empty OLD, the patch is the compressed image.")

  @Argument(help: ArgumentHelp("The base.", valueName: "old"), completion: .file())
  var old: String

  @Argument(help: ArgumentHelp("The result.", valueName: "new"), completion: .file())
  var new: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The patch's file; - is standard output.", valueName: "file"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("The instruction set: \(Architecture.names).", valueName: "name"))
  var arch = Architecture(set: nil)

  @Option(
    help: ArgumentHelp(
      "Memory of the device that applies the patch: auto, standard (40 KiB), tiny (20 KiB) or linux.", valueName: "name"
    ))
  var profile = ProfileName(nil)

  @Flag(help: "Write the result over the base, block by block.")
  var inPlace = false

  @Option(help: ArgumentHelp("In place: size of the slot in bytes.", valueName: "bytes"))
  var memory: UInt64?

  @Option(help: ArgumentHelp("In place: size of an erase block in bytes.", valueName: "bytes"))
  var block: UInt64 = 4096

  @Option(help: ArgumentHelp("In place: number of spare blocks, 1 or 2.", valueName: "n"))
  var spare: UInt64 = 2

  @Option(help: ArgumentHelp("Effort of the search for a smaller patch: fast, normal or max.", valueName: "name"))
  var effort = Effort.normal

  @Option(help: ArgumentHelp("The slot whose image is read from a bundle.", valueName: "n"))
  var slot: UInt64 = 0

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var shown: OutputOptions

  var writesToStandardOutput: Bool { FileIdentity.isStandardOutput(output) }

  func validate() throws {
    if !inPlace, memory != nil { throw ValidationError("--memory needs --in-place") }
    if inPlace, profile.profile == .linux {
      throw ValidationError("--profile linux cannot be used with --in-place")
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

/// An instruction set, or `auto` for the one with the smallest patch.
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

/// A profile, or `auto` for the one that fits the image.
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

extension PatchReport: Report {
  var lines: [String] {
    let percent = (ratio * 10_000).rounded() / 100
    var lines = [
      "made \(output)",
      line("patch", "\(size) bytes, \(percent) % of the result; base \(oldSize) bytes, result \(newSize) bytes"),
      line("applied", "in \(memory) bytes of RAM, profile \(profile), instruction set \(instructionSet)"),
    ]
    if let inPlace {
      lines.append(
        line(
          "in place",
          "\(inPlace.spareBytes) bytes of spare blocks, \(inPlace.checkpointBytes) of checkpoints; erased at most: "
            + "slot \(inPlace.slotErasures), spare \(inPlace.spareErasures), checkpoint \(inPlace.checkpointErasures) times"
        ))
    }
    return lines
  }
}
