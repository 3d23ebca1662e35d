import AsvinFixtures
import FoundationEssentials
import Glibc
import Testing

/// One run of the program: its exit code and what it wrote.
struct ProgramRun {
  let exitCode: Int32
  let output: [UInt8]
  let errors: String

  var text: String { String(decoding: output, as: UTF8.self) }

  /// The program that was built beside the tests.
  static let path = folder + "/asvin-pack"

  /// The folder of the programs.
  static let folder: String = {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    let parts = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "/")
    return "/" + parts.dropLast().joined(separator: "/")
  }()

  /// Runs the program in a folder, through a shell for its redirections.
  ///
  /// - Parameters:
  ///   - program: the program; `asvin-pack` where not given.
  ///   - before: what the shell runs first, such as `umask 0;`.
  ///   - redirections: what follows the call, as `>/dev/full`, in place of what is read back.
  init(
    _ arguments: String, in scratch: Scratch, program: String = "asvin-pack", variables: String = "",
    input: String? = nil, before: String = "", redirections: String? = nil, full: Bool = false
  ) throws {
    let (out, err) = (scratch.path(".stdout"), scratch.path(".stderr"))
    let source = input.map { "<'\(scratch.path($0))'" } ?? "</dev/null"
    let target = redirections ?? (full ? ">/dev/full" : "")
    let command =
      "cd '\(scratch.folder)' && { \(before) \(variables) '\(Self.folder)/\(program)' \(arguments) \(source) \(target); } >'\(out)' 2>'\(err)'"
    let status = unsafe system(command)
    exitCode = status >> 8 & 0xFF
    output = try scratch.read(".stdout")
    errors = String(decoding: try scratch.read(".stderr"), as: UTF8.self)
    try FileManager.default.removeItem(atPath: out)
    try FileManager.default.removeItem(atPath: err)
  }

  /// The JSON object that was written.
  func json<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(output))
  }
}

/// A folder with a project, a key pair and the blink firmware.
enum Bench {
  static func with(_ name: String = #function, _ body: (Scratch) throws -> Void) throws {
    try Scratch.with(name) { scratch in
      let blink = "\(Shared.projectFolder)/Tests/Firmware/esp-ota-blink/esp-ota-blink.bin"
      try scratch.write(Array(Data(contentsOf: URL(filePath: blink))), to: "blink.bin")
      for key in ["TEST-ONLY-ed25519.pem", "TEST-ONLY-ed25519.pub.pem", "TEST-ONLY-ecdsa-p256.pub.pem"] {
        let file = "\(Shared.projectFolder)/Keys/\(key)"
        try scratch.write(Array(Data(contentsOf: URL(filePath: file))), to: String(key.dropFirst("TEST-ONLY-".count)))
      }
      // A key that everyone can read is warned of.
      for key in ["ed25519.pem"] { try #require(unsafe chmod(scratch.path(key), 0o600) == 0) }
      let project = "vendor: example.com\nclass: board\nversion: 1.0.0\nkeys: ed25519.pem\n"
      try scratch.write(Array(project.utf8), to: "asvin-pack.yaml")
      try body(scratch)
    }
  }
}
