import AsvinFixtures
import AsvinPrograms
import FoundationEssentials
import Testing

@Suite("Text of others on a terminal", .usesScratch)
struct VisibleTextTests {
  @Test func `Control characters of every kind are written as their codes; other text stays`() {
    let hostile = "a\u{1B}[31m\u{7}\r\n\u{9B}2J\u{202E}x\u{2066}\u{2028}\u{2029}\u{FEFF}\u{200B}\u{E0041}\u{7F}\u{85}z"
    let shown = hostile.withVisibleControls
    #expect(
      shown
        == "a\\u{1B}[31m\\u{7}\\u{D}\\u{A}\\u{9B}2J\\u{202E}x\\u{2066}\\u{2028}\\u{2029}\\u{FEFF}\\u{200B}\\u{E0041}\\u{7F}\\u{85}z"
    )
    #expect(shown.withVisibleControls == shown)
    for text in ["Kühlschrank №5 – 冷蔵庫 ✓", "plain", "", "tab-free \"quoted\" \\ text"] {
      #expect(text.withVisibleControls == text)
    }
  }

  @Test func `JSON keeps its values and holds no control character`() throws {
    struct Value: Codable, Equatable { let text: String }
    let value = Value(text: "\u{1B}\u{9B}\u{202E}\u{2028}\u{7F}\u{E0041}ü\\u202e")
    let text = String(decoding: try JSONEncoder().encode(value), as: UTF8.self).withJSONControls
    #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F || $0 == "ü" })
    #expect(try JSONDecoder().decode(Value.self, from: Data(text.utf8)) == value)
  }

  @Test func `Reports, errors and JSON of the program contain none, for any content of a file`() throws {
    try Bench.with { scratch in
      // The version that an ESP32 image carries (esp_app_desc_t at byte 32) is text of its author.
      var image = [UInt8](repeating: 0, count: 1024)
      image.replaceSubrange(0..<4, with: [0xE9, 1, 2, 0x20])
      image.replaceSubrange(24..<32, with: [0x20, 0, 0x40, 0x3F, 0, 2, 0, 0])
      image.replaceSubrange(32..<36, with: [0x32, 0x54, 0xCD, 0xAB])
      let evil = Array("1\u{1B}]0;owned\u{7}\u{202E}\u{9B}2J".utf8)
      image.replaceSubrange(48..<(48 + evil.count), with: evil)
      try scratch.write(image, to: "esp\u{1B}[2J.bin")
      for arguments in [
        "inspect 'esp\u{1B}[2J.bin'", "inspect 'esp\u{1B}[2J.bin' --json", "lint 'esp\u{1B}[2J.bin'",
        "lint 'esp\u{1B}[2J.bin' --json", "sign 'none\u{1B}[31m\u{202E}'", "sign 'none\u{9B}' --json",
        "sign blink.bin --template '\u{1B}]0;x\u{7}'", "sign '--\u{1B}x'", "verify '\u{2028}' --trust x",
      ] {
        let run = try ProgramRun(arguments, in: scratch)
        let shown = run.text + run.errors
        #expect(!shown.isEmpty)
        let controls = shown.unicodeScalars.filter { scalar in
          scalar != "\n"
            && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x202E, 0x2028].contains(scalar.value))
        }
        #expect(controls.isEmpty, "\(arguments): \(shown.withVisibleControls)")
      }
      let run = try ProgramRun("inspect 'esp\u{1B}[2J.bin' --json", in: scratch)
      struct Answer: Decodable { let file: String }
      #expect(try run.json(Answer.self).file == "esp\u{1B}[2J.bin")
    }
  }
}
