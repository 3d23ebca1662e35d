import AsvinFixtures
import AsvinPlatformAPI
import Foundation  // FileManager's lists are not in FoundationEssentials
import Testing

@testable import AsvinPlatformPages

struct PageTemplateTests {
  private static let folder = "\(Shared.projectFolder)/Sources/Platform/AsvinPlatformPages/Resources"

  @Test func `Every template is valid, and each file of the folder is a part of the program`() throws {
    _ = try PageTemplates()
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".mustache") }
    #expect(Set(files) == Set(PageResources.templates.keys.map { "\($0).mustache" }))
  }

  @Test func `Each language has the same texts, with the same values in braces`() throws {
    let english = try PageCatalog(.en)
    for language in PageLanguage.allCases {
      let catalog = try PageCatalog(language)
      #expect(
        Set(catalog.texts.keys).symmetricDifference(english.texts.keys).sorted() == [], "\(language): other keys")
      for (key, text) in catalog.texts {
        #expect(!text.isEmpty, "\(language): \(key) is empty")
        let wanted = Self.values(english.texts[key] ?? "")
        // "One device" needs no number.
        #expect(Self.values(text) == wanted, "\(language): \(key) has other values in braces")
        if key.hasSuffix(".one") {
          #expect(catalog.texts["\(key.dropLast(4)).other"] != nil, "\(language): \(key) has no plural")
        }
      }
    }
  }

  @Test func `Every text that a template or the program names is in the catalogs`() throws {
    let catalog = try PageCatalog(.en)
    for (name, text) in PageResources.templates {
      for match in text.matches(of: /\{\{\{?[#^&]?t\.([a-z.-]+)\}/) {
        #expect(catalog.texts[String(match.1)] != nil, "\(name): \(match.1)")
      }
    }
    let sources = "\(Shared.projectFolder)/Sources/Platform/AsvinPlatformServer/Pages"
    for file in try FileManager.default.contentsOfDirectory(atPath: sources) {
      let text = try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)
      for match in text.matches(of: /catalog\.text\("([a-z.-]+)"/) {
        #expect(catalog.texts[String(match.1)] != nil, "\(file): \(match.1)")
      }
      for match in text.matches(of: /catalog\.count\("([a-z.-]+)"/) {
        #expect(catalog.texts["\(match.1).other"] != nil, "\(file): \(match.1)")
      }
      for match in text.matches(of: /done: "([a-z-]+)"/) {
        let key = "done.\(match.1)"
        #expect(catalog.texts[key] ?? catalog.texts["\(key).other"] != nil, "\(file): \(key)")
      }
    }
  }

  @Test func `Every text of the catalogs is in use`() throws {
    // Keys that the program makes of a word of the API.
    let made = [
      "phase", "placement", "place", "form", "next", "day", "criterion", "wave", "plan", "preview", "rollouts",
      "rollout", "files", "language", "priority", "state", "role", "kind", "reason", "problem", "done", "offer",
      "section", "device",
      "devices.quiet-", "devices.verifying-", "home", "rules",
    ]
    var used = PageResources.templates.values.joined()
    let sources = "\(Shared.projectFolder)/Sources/Platform/AsvinPlatformServer/Pages"
    for file in try FileManager.default.contentsOfDirectory(atPath: sources) {
      used += try String(contentsOfFile: "\(sources)/\(file)", encoding: .utf8)
    }
    for key in try PageCatalog(.en).texts.keys where !made.contains(where: { key.hasPrefix($0) }) {
      let stem = key.hasSuffix(".one") ? key.dropLast(4) : key.hasSuffix(".other") ? key.dropLast(6) : key[...]
      #expect(used.contains(stem), "\(key)")
    }
  }

  @Test func `Every word of the API that a page shows has a text`() throws {
    for language in PageLanguage.allCases {
      let texts = try PageCatalog(language).texts
      let keys =
        Phase.allCases.map { "phase.\($0.rawValue)" } + RecordState.allCases.map { "state.\($0.rawValue)" }
        + DevicePlacement.allCases.map { "placement.\($0.rawValue)" } + Role.allCases.map { "role.\($0.rawValue)" }
        + Priority.allCases.map { "priority.\($0.rawValue)" }
      for key in keys { #expect(texts[key] != nil, "\(language): \(key)") }
    }
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onfocus='x", "</title>", "&lt;", "`",
    "{{t.page.save}}",
    "{{{form}}}", "{{>layout}}",
    // A mark that joins the character before it makes another character of it.
    "\"\u{301} onfocus=alert(1) x=\"\u{301}", "<\u{338}img src=x onerror=alert(1)>\u{338}", "'\u{20E3}",
  ])
  func `Text of a device or a user is shown as it is, in elements and in attributes`(hostile: String) throws {
    let templates = try PageTemplates()
    let catalog = try PageCatalog(.en)
    let html = try #require(
      templates.html(
        "devices-remove",
        [
          "t": catalog.values, "root": "/console", "question": .text(hostile), "target": .text(hostile),
          "devices": [["id": .text(hostile), "name": .text(hostile), "label": ""]],
        ]))
    for part in ["<script>", "<img src=x", "<\u{338}", "\"\u{301}", "'\u{20E3}", "onmouseover=\"", "`"] {
      #expect(!Self.has(html, part), "\(part) is not escaped")
    }
    #expect(Self.has(html, Self.escaped(hostile)))
  }

  @Test func `No template shows a value without escaping it, and none has a script or a style of its own`() {
    for (name, text) in PageResources.templates {
      #expect(!text.contains("{{{") && !text.contains("{{&"), "\(name)")
      #expect(!text.contains(" style=\"") && !text.contains("<style"), "\(name): the policy refuses it")
      #expect(text.firstMatch(of: /<script(?! src="\{\{script\}\}")/) == nil, "\(name)")
      #expect(text.firstMatch(of: /\ on[a-z]+=/) == nil, "\(name): the policy refuses it")
      // A value outside quotation marks could end the attribute.
      #expect(text.firstMatch(of: /\s[a-z-]+=\{\{/) == nil, "\(name)")
    }
  }

  @Test func `Every form that changes something has the code of the browser`() {
    for (name, text) in PageResources.templates {
      for part in text.split(separator: "<form ").dropFirst() where part.contains("method=\"post\"") {
        #expect(part.contains(#"name="form" value="{{form}}""#), "\(name)")
      }
    }
  }

  @Test func `Styles and script of a page are small`() {
    let bytes = PageAsset.all.reduce(0) { $0 + $1.bytes.count }
    #expect(bytes < 40_000, "\(bytes) bytes")
  }

  @Test(arguments: [
    ("de", PageLanguage.de), ("de-AT,de;q=0.9,en;q=0.5", .de), ("fr,en;q=0.3,de;q=0.2", .en), ("fr", .en), ("", .en),
    ("en;q=0.1,de;q=0.2", .de), (";;,=,q=", .en),
  ])
  func `The language is the first that the browser prefers`(field: String, language: PageLanguage) {
    #expect(PageLanguage(accepting: field) == language)
  }

  @Test func `A value in a text is not replaced again, and an unknown name stays`() throws {
    let catalog = try PageCatalog(.en)
    #expect(catalog.text("attention.stopped", ["name": "{name}"]).contains("{name}"))
    #expect(catalog.count("groups.members", 1) == "1 device.")
    #expect(catalog.count("groups.members", 1_234_567) == "1,234,567 devices.")
    #expect(try PageCatalog(.de).count("groups.members", 1_000) == "1.000 Geräte.")
    #expect(catalog.text("no.such-key") == "no.such-key")
  }

  @Test func `A time is shown in UTC until the script shows it in the viewer's zone`() throws {
    let html = try #require(try PageTemplates().html("time", PageTime.value(1_800_000_000)))
    #expect(html.contains(#"<time datetime="2027-01-15T08:00:00Z" title="2027-01-15 08:00 UTC">"#))
  }

  private static func values(_ text: String) -> Set<String> {
    Set(text.matches(of: /\{([a-z]+)\}/).map { String($0.1) })
  }

  /// Whether a text contains the bytes of another. Swift's own comparison goes by characters.
  private static func has(_ text: String, _ part: String) -> Bool {
    let (all, wanted) = (Array(text.utf8), Array(part.utf8))
    return all.indices.contains { all[$0...].starts(with: wanted) }
  }

  private static func escaped(_ text: String) -> String {
    String(
      decoding: text.utf8.flatMap { byte -> [UInt8] in
        switch byte {
        case 0x3C: Array("&lt;".utf8)
        case 0x3E: Array("&gt;".utf8)
        case 0x26: Array("&amp;".utf8)
        case 0x22: Array("&quot;".utf8)
        case 0x27: Array("&#39;".utf8)
        case 0x60: Array("&#96;".utf8)
        default: [byte]
        }
      }, as: UTF8.self)
  }
}
