import ArgumentParser
import AsvinRelease

struct Publish: Verb {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish a bundle to a file group: all of it, or nothing.",
    discussion: "Publishing the same bundle again changes nothing and succeeds.")

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"))
  var bundle: String

  @Option(help: ArgumentHelp("The file group; else the project's.", valueName: "name"))
  var group: String?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Where the group is, as dir:PATH; else the project's.", valueName: "place"))
  var destination: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A public key of which one must have signed; else the project's. May be repeated.", valueName: "pub"))
  var trust: [String] = []

  @Flag(help: "Check everything and write nothing.")
  var dryRun = false

  @OptionGroup var shown: OutputOptions

  func outcomes(in surroundings: Surroundings, _ report: (Receipt) -> Void) throws {
    let keys = trust.map { KeyReference($0, from: surroundings.folder) }
    report(
      try Publication(bundle: bundle, group: group, destination: destination, trust: keys, dryRun: dryRun)
        .run(in: surroundings))
  }
}
