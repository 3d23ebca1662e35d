import AsvinPlatformAPI
import Foundation  // JSONSerialization is the reference
import Testing

@Suite("JSON of unauthenticated clients")
struct JSONReaderTests {
  private func read(_ text: String) -> JSONValue? { JSONValue(request: Array(text.utf8)) }

  private static let examples: [(String, JSONValue)] = [
    ("null", .null), ("true", true), (" false ", false), ("0", 0), ("-7", -7), ("1.5", .fraction(1.5)), ("1.0", 1),
    ("1e2", 100), ("9223372036854775807", .number(.max)), ("\"\"", ""),
    ("\"a\\n\\u00e4\\\"\"", "a\n\u{e4}\""), ("\"\\ud83d\\ude00\"", "\u{1F600}"), ("[]", []),
    ("[1,[2]]", [1, [2]]), ("{}", [:]), ("{\"a\":{\"b\":[]}}", ["a": ["b": []]]), ("\t{ \"a\" : 1 }\r\n", ["a": 1]),
  ]

  @Test(arguments: examples)
  func `Values are read as RFC 8259 defines`(text: String, value: JSONValue) {
    #expect(read(text) == value)
  }

  @Test(arguments: [
    "", " ", "nul", "truee", "01", "-", "1.", ".5", "+1", "1e", "0x1", "NaN", "Infinity", "1e999", "'a'", "\"",
    "\"\\x\"",
    "\"\\u12\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ude00\"", "\"\n\"", "[1,]", "[,1]", "[1 2]", "[", "]", "{",
    "{\"a\"}",
    "{\"a\":}", "{a:1}", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "[]]", "1 2", "\u{FEFF}1", "/**/1",
  ])
  func `Malformed JSON is refused`(text: String) {
    #expect(read(text) == nil)
  }

  @Test func `A text that is not UTF-8 is refused`() {
    #expect(JSONValue(request: [0x22, 0xFF, 0x22]) == nil)
    #expect(JSONValue(request: [0x22, 0xC0, 0x80, 0x22]) == nil)
  }

  @Test func `A member that is named twice is refused`() {
    #expect(read("{\"a\":1,\"a\":2}") == nil)
    #expect(read("{\"a\":1,\"\\u0061\":2}") == nil)
  }

  @Test func `Eight levels are read, nine are not`() {
    let eight = String(repeating: "[", count: 8) + String(repeating: "]", count: 8)
    #expect(read(eight) != nil)
    #expect(read("[\(eight)]") == nil)
    #expect(JSONValue(client: Array(eight.utf8)) != nil)
    #expect(JSONValue(client: Array("{\"a\":\(eight)}".utf8)) == nil)
  }

  @Test(
    arguments: [
      ("{\"a\":1,}", ["a": 1]), ("{\"a\":[1,2 , ] ,\n}", ["a": [1, 2]]), ("{\"a\":1,\"a\":2}", ["a": 1]), ("{}", [:]),
      ("{\"a\":\",}\"}", ["a": ",}"]),
    ] as [(String, JSONValue)])
  func `A client may send a comma after the last member, and a name twice, of which the first counts`(
    text: String, value: JSONValue
  ) {
    #expect(JSONValue(client: Array(text.utf8)) == value)
  }

  @Test(arguments: ["{,}", "[,]", "{\"a\":1,,}", "{\"a\":,}", "[1,,]", "{\"a\":1},", "{\"a\",}", "01", "{\"a\":1"])
  func `Anything more is refused from a client too`(text: String) {
    #expect(JSONValue(client: Array(text.utf8)) == nil)
  }

  @Test
  func `The reader agrees with Foundation's reader about texts that are truncated or changed anywhere`() throws {
    let text = Array("{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\"],\"b\":{\"c\":\"\"},\"d\":false}".utf8)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<20_000 {
      var bytes = round < text.endIndex ? Array(text[..<round]) : text
      if round >= text.endIndex {
        let place = Int.random(in: 0..<text.endIndex, using: &generator)
        bytes[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
      }
      let judged = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)  // malformed
      let value = JSONValue(request: bytes)
      // Only our reader refuses two members with one name.
      let names = String(decoding: bytes, as: UTF8.self)
      if value == nil, judged != nil, names.contains("\"a\"") || names.contains("\"b\"") {
        #expect(names.split(separator: "\":").count > 3, "\(names)")
        continue
      }
      #expect((value == nil) == (judged == nil), "\(names)")
    }
  }
}
