import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinPlatformClient
import AsvinRelease

/// The platform to call.
struct PlatformOptions: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "The platform, for example https://updates.example.com; default: the platform of the project, or of the last login.",
      valueName: "address"))
  var address: String?

  @OptionGroup var authority: AuthorityOption

  func tasks(in environment: Environment) throws -> PlatformTasks {
    let address = try address(in: environment)
    return PlatformTasks(
      address: address, token: try Credentials(environment.variables).token(for: address),
      authorities: try authorities(of: address, in: environment))
  }

  /// The certificates of `--ca`, or those that the login remembered.
  func authorities(of address: String, in environment: Environment) throws -> [UInt8]? {
    try authority.bytes() ?? KnownPlatforms(environment.variables).authorities(of: address)
  }

  func address(in environment: Environment) throws -> String {
    let project = try ProjectFile.find(in: environment)
    guard let address = try address ?? project.destination ?? KnownPlatforms(environment.variables).standard() else {
      throw Failure(.usage, "no platform is given", hint: "give one, for example --to https://updates.example.com")
    }
    guard Publication.isPlatform(address) else {
      throw Failure(
        .usage, "'\(address)' is not the address of a platform",
        hint: "give one, for example --to https://updates.example.com")
    }
    return address
  }
}
