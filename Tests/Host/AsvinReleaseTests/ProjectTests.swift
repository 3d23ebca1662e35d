import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Project files and templates", .usesScratch)
struct ProjectTests {
  @Test("The project is found upward from the working folder, and its paths start at the project")
  func foundUpward() throws {
    try Workshop.with { workshop in
      try workshop.scratch.write(Workshop.noise(40), to: "deep/down/image.bin")
      workshop.environment.folder = workshop.scratch.path("deep/down")
      workshop.environment.searchFolder = workshop.scratch.path("deep/down")
      let report = try workshop.sign("image.bin")
      #expect(report.release.version == "1.2.3")
    }
  }

  @Test("An unknown field is refused by name")
  func unknownField() throws {
    try Workshop.with(project: Workshop.defaultProject + "\nverison: 2.0.0") { workshop in
      let failed = failure { try workshop.sign() }
      #expect(failed?.message.contains("verison") == true && failed?.hint != nil)
    }
  }

  @Test(
    "A field twice, a list where a text belongs, and what is no YAML: each is refused",
    arguments: ["vendor: a.b\nvendor: c.d", "vendor: [a]", "vendor: {", "- list", "slots: {0: x}"])
  func malformed(text: String) throws {
    try Workshop.with(project: text) { workshop in
      #expect(failure { try workshop.sign() }?.kind == .rejected)
    }
  }

  @Test("What init writes is a project that signs")
  func initialised() throws {
    try Workshop.with(project: nil, image: LintTests.blink()) { workshop in
      let project = ProjectInit(template: "esp8266", vendor: "example.com", deviceClass: nil, force: false)
      _ = try project.run(in: workshop.environment)
      try workshop.scratch.write(HostileReleaseTests.readFile("\(Workshop.keys)ed25519.pem"), to: "keys/release.pem")
      #expect(try workshop.sign().release.version == "1.0.0")
      #expect(failure { _ = try project.run(in: workshop.environment) }?.kind == .cannotWrite)
    }
  }

  @Test("The templates that are built in are the files of the Templates folder")
  func builtIn() throws {
    let files = try Scratch(folder: "\(Shared.projectFolder)/Templates").files()
    #expect(files == Template.builtIn.keys.sorted().map { "\($0).yaml" })
  }

  @Test("Every template reads, and says vendor, class, slots, RAM and chunk", arguments: Template.builtIn.keys.sorted())
  func templates(name: String) throws {
    let template = try Template.named(name, from: "/", in: Environment(folder: "/"))
    #expect(template.vendor != nil && template.deviceClass == name)
    #expect(template.slots[0] != nil && template.memory >= 20_480 && (512...65_536).contains(template.chunk))
  }

  @Test("A template that is not there names those that are")
  func noTemplate() throws {
    try Workshop.with { workshop in
      let failed = failure { _ = try workshop.lint { $0.template = "esp99" } }
      #expect(failed?.kind == .usage && failed?.hint?.contains("esp32c3") == true)
    }
  }
}
