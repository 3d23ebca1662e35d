import AsvinPlatform
import Testing

@Suite("Content ids") struct ContentIDTests {
  private static func name(of bytes: [UInt8], pieces: Int = .max) -> String {
    var id = ContentID()
    for start in stride(from: 0, to: bytes.count, by: min(pieces, max(bytes.count, 1))) {
      id.update(Array(bytes[start..<min(bytes.count, start + min(pieces, bytes.count))]).span)
    }
    return id.finish()
  }

  @Test(arguments: [
    ("this is my first firmware file\n", "QmQ2c6LFwH8KXsLpLKBW5yRrBB4vqDEAkECR4Bri328oyE"),
    ("hello world", "Qmf412jQZiuVUtdgnB36FXFX7xg5V6KEbSJ4dpQuhkLyfD"),
    ("", "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"),
  ])
  func `A file has the content id that asvin's platform and kubo computed`(text: String, name: String) {
    #expect(Self.name(of: Array(text.utf8)) == name)
  }

  @Test func `A file of more than 174 chunks has a tree of two levels, as in kubo`() {
    #expect(Self.name(of: [UInt8](repeating: 0, count: 45_900_000)).hasPrefix("QmRdPboi"))
  }

  @Test func `A content id does not depend on the sizes of the pieces`() {
    let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 7) }
    #expect(Self.name(of: bytes, pieces: 1_000) == Self.name(of: bytes))
  }
}
