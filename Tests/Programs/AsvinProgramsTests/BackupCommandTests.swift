import AsvinFixtures
import FoundationEssentials
import Glibc
import Testing

@Suite("Backups with the program", .usesScratch)
struct BackupCommandTests {
  /// Runs asvin-platform.
  private static func run(_ arguments: String, in scratch: Scratch, before: String = "") throws -> ProgramRun {
    try ProgramRun(arguments, in: scratch, program: "asvin-platform", before: before)
  }

  /// Makes a data folder with one bundle's worth of bytes that a row lists.
  private static func makeData(in scratch: Scratch) throws {
    let made = try run("workspace create ours --data data", in: scratch)
    try #require(made.exitCode == 0, "\(made.errors)")
  }

  @Test func `A backup of a running platform is restored, checked and served`() throws {
    try Scratch.with { scratch in
      try Self.makeData(in: scratch)
      let server = try PlatformProcess("", in: scratch)
      defer { server.end() }
      let backup = try Self.run("backup b --data data", in: scratch)
      #expect(backup.exitCode == 0 && backup.text.contains("made a backup in b"), "\(backup.errors)")
      let again = try Self.run("backup b --data data", in: scratch)
      #expect(again.exitCode == 73 && again.errors.contains("'b' exists"), "\(again.errors)")
      let occupied = try Self.run("restore b --data data", in: scratch)
      #expect(occupied.exitCode == 1 && occupied.errors.contains("uses the folder 'data'"), "\(occupied.errors)")
      let restored = try Self.run("restore b --data r", in: scratch)
      #expect(restored.exitCode == 0 && restored.errors.contains("revoke"), "\(restored.errors)")
      for call in ["check --data r", "check --data data", "check --backup b", "upgrade --data r"] {
        let run = try Self.run(call, in: scratch)
        #expect(run.exitCode == 0, "\(call): \(run.errors)")
      }
      let full = try Self.run("restore b --data r", in: scratch)
      #expect(full.exitCode == 73 && full.errors.contains("is not empty"), "\(full.errors)")
      let workspaces = try Self.run("workspace list --data r", in: scratch)
      #expect(workspaces.text == "1  ours\n")
      #expect(try scratch.permissions("b") == 0o700)
      #expect(try scratch.permissions("b/token-key.pem") == 0o600)
      #expect(try scratch.permissions("b/platform.sqlite") == 0o600)
    }
  }

  @Test func `A backup or a restoration that is killed leaves nothing that is served or restored`() throws {
    try Scratch.with { scratch in
      try Self.makeData(in: scratch)
      let first = try Self.run("backup b --data data", in: scratch)
      #expect(first.exitCode == 0, "\(first.errors)")
      for delay in ["0.005", "0.01", "0.02", "0.04", "0.08"] {
        let before = "timeout -s KILL \(delay)"
        _ = try Self.run("backup killed-\(delay) --data data", in: scratch, before: before)
        if FileManager.default.fileExists(atPath: scratch.path("killed-\(delay)")) {
          let check = try Self.run("check --backup killed-\(delay)", in: scratch)
          #expect(check.exitCode == 0, "\(check.errors)")
        }
        _ = try Self.run("restore b --data restored-\(delay)", in: scratch, before: before)
        if FileManager.default.fileExists(atPath: scratch.path("restored-\(delay)/restoring")) {
          let served = try Self.run("workspace list --data restored-\(delay)", in: scratch)
          #expect(served.exitCode == 1 && served.errors.contains("interrupted"), "\(served.errors)")
        }
        let again = try Self.run("restore b --data restored-\(delay)", in: scratch)
        let check = try Self.run("check --data restored-\(delay)", in: scratch)
        #expect(again.exitCode == 0 || again.errors.contains("is not empty"), "\(again.errors)")
        #expect(check.exitCode == 0, "\(check.errors)")
      }
    }
  }

  @Test func `A full disk leaves neither a backup nor a restored folder`() throws {
    try Scratch.with { scratch in
      try Self.makeData(in: scratch)
      // Files may have 16 KiB, which the database exceeds.
      let small = "ulimit -f 16; trap '' XFSZ;"
      let backup = try Self.run("backup b --data data", in: scratch, before: small)
      #expect(backup.exitCode != 0, "\(backup.text)")
      #expect(try scratch.folders().filter { $0.hasPrefix("b") }.isEmpty)
      let made = try Self.run("backup b --data data", in: scratch)
      #expect(made.exitCode == 0, "\(made.errors)")
      let restored = try Self.run("restore b --data r", in: scratch, before: small)
      #expect(restored.exitCode != 0, "\(restored.text)")
      let left = try FileManager.default.contentsOfDirectory(atPath: scratch.path("r"))
      #expect(left == ["lock"])
    }
  }

  @Test func `A database of another version is not served`() throws {
    try Scratch.with { scratch in
      try Self.makeData(in: scratch)
      let python =
        "python3 -c \"import sqlite3; c = sqlite3.connect('data/platform.sqlite'); c.execute(\\\"%\\\"); c.commit()\""
      func change(_ statement: String) throws {
        let call = python.replacing("%", with: statement)
        try #require(unsafe system("cd '\(scratch.folder)' && \(call)") == 0)
      }
      try change("INSERT INTO grdb_migrations VALUES ('rollouts fly')")
      let later = try Self.run("serve --port 0 --data data", in: scratch)
      #expect(later.exitCode == 1 && later.errors.contains("later version"), "\(later.errors)")
      #expect(later.errors.contains("rollouts fly"))
      try change("DELETE FROM grdb_migrations WHERE identifier IN ('rollouts fly', 'devices have keys of two kinds')")
      try change("ALTER TABLE device DROP COLUMN key_kind")
      let earlier = try Self.run("serve --port 0 --data data", in: scratch)
      #expect(
        earlier.exitCode == 1 && earlier.errors.contains("asvin-platform upgrade --data data"), "\(earlier.errors)")
      let upgraded = try Self.run("upgrade --data data", in: scratch)
      #expect(upgraded.exitCode == 0 && upgraded.text.contains("devices have keys of two kinds"), "\(upgraded.errors)")
      let list = try Self.run("workspace list --data data", in: scratch)
      #expect(list.exitCode == 0)
    }
  }
}
