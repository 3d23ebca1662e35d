import Testing

@testable import AsvinImage

@Suite struct TextFileTests {
  @Test(
    arguments: [
      ("#!/bin/sh\nexit 0\n", ImageFormat.script), ("\u{FEFF}#!/usr/bin/env python3\n", .script),
      ("<!DOCTYPE html><html><body>404</body></html>", .html), ("<html>\n<head><title>502</title>", .html),
      ("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", .xml),
      ("{\"error\": \"not found\"}", .json), ("[\n 1,\n 2\n]\n", .json),
      ("vendor: example.com\nclass: board\n", .yaml), ("# settings\n---\na: 1\n", .yaml),
      ("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n", .pem),
      ("first line\nsecond line\nthird line\n", .text), ("404: Not Found", .text), ("Forbidden\n", .text),
      ("Größe\nzwei\ndrei\n", .text), ("a\r\nb\r\nc\r\n", .text),
    ])
  func `A text has its format`(text: String, expected: ImageFormat) throws {
    #expect(try format(Array(text.utf8)) == expected)
  }

  @Test func `A script with a payload after it is a script`() throws {
    let text = "#!/bin/sh\ntail -n +3 $0 | tar x\n" + String(repeating: "# padding\n", count: 500)
    #expect(try format(Array(text.utf8) + noise(5000)) == .script)
  }

  @Test func `A long text whose sample ends inside a character is a text`() throws {
    for shift in 1..<5 {
      let text = String(repeating: "x", count: shift) + "\n" + String(repeating: "Größe €\n", count: 2000) + "end\n"
      #expect(try format(Array(text.utf8)) == .text)
    }
  }

  @Test(arguments: [
    "x", "firmware 1.0.0", String(repeating: "A", count: 5000), String(repeating: "firmware\n", count: 50),
  ])
  func `One line, or the same line repeated, can be an image`(text: String) throws {
    #expect(try format(Array(text.utf8)) == .plain)
  }

  @Test func `Text with a byte that is not text is plain`() throws {
    let text = Array("first\nsecond\nthird\n".utf8)
    #expect(try format(text + [0]) == .plain)
    #expect(try format([1] + text) == .plain)
    #expect(try format(text + [0xFF]) == .plain)
  }
}
