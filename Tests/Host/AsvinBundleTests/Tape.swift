/// Archives written from the ustar layout of POSIX.1-2017 (pax, "ustar Interchange Format"), with any field a hostile
/// writer might set.
enum Tape {
  struct Entry {
    var name: String
    var content: [UInt8]
    var type: Character = "0"
    var mode = 0o644
    var time = 0
    var owner = 0
    /// The size that the header claims, where it is not the content's.
    var claimed: String?
    var linkName = ""
    var prefix = ""
    var magic: [UInt8] = Array("ustar\u{0}00".utf8)

    init(_ name: String, _ content: [UInt8] = []) {
      self.name = name
      self.content = content
    }

    func changed(_ change: (inout Entry) -> Void) -> Entry {
      var entry = self
      change(&entry)
      return entry
    }

    var bytes: [UInt8] {
      let padding = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
      return header + content + padding
    }

    private var header: [UInt8] {
      var fields: [UInt8] = []
      fields += Tape.text(name, 100)
      fields += Tape.octal(mode, 6) + [0x20, 0]
      fields += Tape.octal(owner, 6) + [0x20, 0]
      fields += Tape.octal(owner, 6) + [0x20, 0]
      fields += claimed.map { Tape.text($0, 12) } ?? Tape.octal(content.count, 11) + [0x20]
      fields += Tape.octal(time, 11) + [0x20]
      fields += [UInt8](repeating: 0x20, count: 8)
      fields += Array(String(type).utf8)
      fields += Tape.text(linkName, 100)
      fields += magic
      fields += Tape.text("", 64)
      fields += Tape.octal(0, 6) + [0x20, 0]
      fields += Tape.octal(0, 6) + [0x20, 0]
      fields += Tape.text(prefix, 155) + [UInt8](repeating: 0, count: 12)
      let sum = fields.reduce(0) { $0 + Int($1) }
      fields.replaceSubrange(148..<156, with: Tape.octal(sum, 6) + [0, 0x20])
      return fields
    }
  }

  static func bytes(_ entries: [Entry]) -> [UInt8] {
    entries.flatMap(\.bytes) + [UInt8](repeating: 0, count: 1024)
  }

  private static func text(_ text: String, _ count: Int) -> [UInt8] {
    Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
  }

  private static func octal(_ value: Int, _ digits: Int) -> [UInt8] {
    let text = String(value, radix: 8)
    return Array((String(repeating: "0", count: digits - text.count) + text).utf8)
  }
}
