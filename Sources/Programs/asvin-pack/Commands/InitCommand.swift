import AsvinPrograms
import AsvinHost
import ArgumentParser
import AsvinRelease

struct InitCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a commented asvin-pack.yaml, so that the other commands do not need options.",
    discussion: "Built-in templates: esp8266, esp32, esp32c3, nrf52840, rp2040, stm32, linux-gateway.")

  @Option(help: "The board template, by name or path.")
  var template = "esp8266"

  @Option(help: ArgumentHelp("The vendor's domain.", valueName: "domain"))
  var vendor: String?

  @Option(name: .customLong("class"), help: ArgumentHelp("The board's name.", valueName: "name"))
  var deviceClass: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (ProjectReport) throws -> Void) throws {
    try report(
      try ProjectInit(template: template, vendor: vendor, deviceClass: deviceClass, force: force).run(in: environment))
  }
}

extension ProjectReport: Report {
  var lines: [String] {
    [
      "wrote \(file)", line("vendor", vendor), line("class", deviceClass), line("template", template),
      "next: asvin-pack keygen -o keys/release.pem; asvin-pack sign firmware.bin",
    ]
  }
}
