import AsvinHost
import ArgumentParser
import AsvinPlatformClient
import AsvinRelease

/// Which platform.
struct PlatformOptions: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The platform, as https://updates.example.com; else the project's.", valueName: "address"))
  var address: String?

  @OptionGroup var authority: AuthorityOption

  func tasks(in environment: Environment) throws -> PlatformTasks {
    let address = try address(in: environment)
    return PlatformTasks(
      address: address, token: try Credentials(environment.variables).token(for: address),
      authorities: try authority.bytes())
  }

  func address(in environment: Environment) throws -> String {
    let project = try ProjectFile.find(in: environment)
    guard let address = address ?? project.destination else {
      throw Failure(.usage, "no platform is given", hint: "give one with --to https://updates.example.com")
    }
    guard Publication.isPlatform(address) else {
      throw Failure(
        .usage, "'\(address)' is no platform's address", hint: "give it as --to https://updates.example.com")
    }
    return address
  }
}

/// Whose certificates are trusted.
struct AuthorityOption: ParsableArguments {
  @Option(
    name: .customLong("ca"),
    help: ArgumentHelp("Certificates, PEM, that are trusted in place of the system's.", valueName: "file"),
    completion: .file())
  var file: String?

  func bytes() throws -> [UInt8]? {
    guard let file else { return nil }
    return try explaining(file) {
      try InputFile(file).read(at: 0, count: 1 << 20)
    }
  }
}
