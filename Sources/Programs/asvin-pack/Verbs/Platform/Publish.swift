import AsvinHost
import ArgumentParser
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease
import FoundationEssentials

struct Publish: Verb {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish a bundle to a file group: all of it, or nothing.",
    discussion: """
      Publishing the same bundle again changes nothing and succeeds. To a platform, what was sent before an interruption is \
      not sent again, nothing is listed before all of it was judged, and it is read back; the platform signs a receipt.
      """)

  @Argument(help: ArgumentHelp("The bundle; - is standard input.", valueName: "bundle"), completion: .file())
  var bundle: String

  @Option(help: ArgumentHelp("The file group; else the project's.", valueName: "name"))
  var group: String?

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("Where the group is, as https://HOST or dir:PATH; else the project's.", valueName: "place"))
  var destination: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A public key of which one must have signed; else the project's. May be repeated.", valueName: "pub"),
    completion: .file())
  var trust: [String] = []

  @Flag(help: "Check everything and write nothing.")
  var dryRun = false

  @Flag(help: "Make the file group where the platform has none; it trusts the keys of --trust, or the project's.")
  var createGroup = false

  @Option(
    help: ArgumentHelp("A file for what the platform signs, a JWT; it must not exist.", valueName: "file"),
    completion: .file())
  var receipt: String?

  @OptionGroup var authority: AuthorityOption

  @OptionGroup var shown: OutputOptions

  private func write(_ proof: String, to path: String) throws {
    try explaining(path) {
      let file = try OutputFile(path, durability: .flushed)
      try file.write(Array((proof + "\n").utf8))
      try file.commit()
    }
  }

  func outcomes(in environment: Environment, _ report: (Receipt) throws -> Void) throws {
    let keys = trust.map { KeyReference($0, from: environment.folder) }
    let publication = Publication(
      bundle: bundle, group: group, destination: destination, trust: keys, dryRun: dryRun)
    let place = try publication.place(in: environment)
    guard Publication.isPlatform(place.destination) else { return try report(publication.run(in: environment)) }
    var remote = RemotePublication(
      address: place.destination, bundle: bundle, group: place.group, dryRun: dryRun,
      authorities: try authority.bytes())
    if createGroup { remote.newGroupTrust = try publication.trustedKeys(in: environment) }
    if let receipt, FileManager.default.fileExists(atPath: receipt) {
      throw Failure(.cannotWrite, "'\(receipt)' exists", hint: "choose another file for the receipt")
    }
    let token = try Credentials(environment.variables).token(for: place.destination)
    let checked = try publication.checked(in: environment)
    let published = try remote.run(checked, token: token, progress: environment.progress)
    try report(published)
    guard let receipt else { return }
    if let proof = published.proof {
      try write(proof, to: receipt)
    } else {
      CommandProgram.say("asvin-pack: warning: nothing was published now: there is no receipt")
    }
  }
}
