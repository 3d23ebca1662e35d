import AsvinHost
import ArgumentParser
import AsvinRelease

struct Inspect: Verb {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a bundle or an image is. Trusts nothing, and proves nothing.")

  @Argument(help: ArgumentHelp("A bundle or an image; - is standard input.", valueName: "file"), completion: .file())
  var file: String

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (InspectionReport) throws -> Void) throws {
    try report(Inspection(file: file).run(in: environment))
  }
}
