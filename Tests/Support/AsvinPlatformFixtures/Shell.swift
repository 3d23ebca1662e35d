import Dispatch
import Glibc
import Testing

/// Runs a command line.
package enum Shell {
  package static func output(of command: String) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        guard let stream = unsafe popen(command, "r") else {
          continuation.resume(throwing: RawError(text: "cannot run a command"))
          return
        }
        var bytes: [UInt8] = []
        var byte = unsafe fgetc(stream)
        while byte != EOF {
          bytes.append(UInt8(truncatingIfNeeded: byte))
          byte = unsafe fgetc(stream)
        }
        unsafe pclose(stream)
        continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}

/// Changes a database from outside the platform, with Python's SQLite.
package enum Database {
  package static func change(_ path: String, _ statements: [String]) async throws {
    let script =
      (["import sqlite3, sys", "c = sqlite3.connect(sys.argv[1])"]
      + statements.map { "c.execute(\"\"\"\($0)\"\"\")" } + ["c.commit()", "print('changed')"]).joined(separator: "\n")
    let output = try await Shell.output(of: "python3 - '\(path)' <<'END'\n\(script)\nEND")
    try #require(output == "changed\n", "\(output)")
  }
}
