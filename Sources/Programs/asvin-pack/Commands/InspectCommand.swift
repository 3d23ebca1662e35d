import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct InspectCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show the content of a bundle or an image without verifying it.")

  @Argument(help: ArgumentHelp("A bundle or an image; - is standard input.", valueName: "file"), completion: .file())
  var file: String

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (InspectionReport) throws -> Void) throws {
    try report(Inspection(file: file).run(in: environment))
  }
}

extension InspectionReport: Report {
  var lines: [String] {
    var lines = ["\(file): \(kind == .bundle ? "a bundle, not verified" : "an image")"]
    lines += release?.lines ?? []
    for signature in signatures ?? [] {
      lines.append(line("signature", "\(signature.algorithm), key \(signature.keyID), over \(signature.type)"))
    }
    lines += image?.lines ?? []
    return lines
  }
}
