import AsvinHost
import AsvinFixtures
import AsvinRelease
import Testing

@Suite("Project files and templates", .usesScratch)
struct ProjectTests {
  @Test func `The project is found upward from the working folder, and its paths start at the project`() throws {
    try SigningFixture.with { fixture in
      try fixture.scratch.write(SigningFixture.noise(40), to: "deep/down/image.bin")
      fixture.environment.folder = fixture.scratch.path("deep/down")
      fixture.environment.searchFolder = fixture.scratch.path("deep/down")
      let report = try fixture.sign("image.bin")
      #expect(report.release.version == "1.2.3")
    }
  }

  @Test func `An unknown field is refused by name`() throws {
    try SigningFixture.with(project: SigningFixture.defaultProject + "\nverison: 2.0.0") { fixture in
      let failed = failure { try fixture.sign() }
      #expect(failed?.message.contains("verison") == true && failed?.hint != nil)
    }
  }

  @Test(arguments: ["vendor: a.b\nvendor: c.d", "vendor: [a]", "vendor: {", "- list", "slots: {0: x}"])
  func `A duplicate field, a list in place of text, and text that is not YAML are refused`(text: String) throws {
    try SigningFixture.with(project: text) { fixture in
      #expect(failure { try fixture.sign() }?.kind == .rejected)
    }
  }

  @Test func `The project that init writes can sign`() throws {
    try SigningFixture.with(project: nil, image: LintTests.blink()) { fixture in
      let project = ProjectInit(template: "esp8266", vendor: "example.com", deviceClass: nil, force: false)
      _ = try project.run(in: fixture.environment)
      try fixture.scratch.write(
        HostileReleaseTests.readFile("\(SigningFixture.keys)ed25519.pem"), to: "keys/release.pem")
      #expect(try fixture.sign().release.version == "1.0.0")
      #expect(failure { _ = try project.run(in: fixture.environment) }?.kind == .cannotWrite)
    }
  }

  @Test func `The templates that are built in are the files of the Templates folder`() throws {
    let files = try Scratch(folder: "\(Shared.projectFolder)/Templates").files()
    #expect(files == Template.builtIn.keys.sorted().map { "\($0).yaml" })
  }

  @Test(arguments: Template.builtIn.keys.sorted())
  func `Every template can be read, and names vendor, class, slots, RAM and chunk`(name: String) throws {
    let template = try Template.named(name, from: "/", in: Environment(folder: "/"))
    #expect(template.vendor != nil && template.deviceClass == name)
    #expect(template.slots[0] != nil && template.memory >= 20_480 && (512...65_536).contains(template.chunk))
  }

  @Test func `A template that is not there names those that are`() throws {
    try SigningFixture.with { fixture in
      let failed = failure { _ = try fixture.lint { $0.template = "esp99" } }
      #expect(failed?.kind == .usage && failed?.hint?.contains("esp32c3") == true)
    }
  }
}
