import AsvinFixtures
import FoundationEssentials
import Glibc
import Testing

@Suite("Certificates of a running server", .usesScratch)
struct CertificateReloadTests {
  /// The subject of the certificate that a server presents.
  private static func subject(of server: PlatformProcess, in scratch: Scratch) throws -> String {
    try tls(server, "", "| openssl x509 -noout -enddate", in: scratch)
  }

  private static func tls(
    _ server: PlatformProcess, _ options: String, _ then: String, in scratch: Scratch
  ) throws -> String {
    let (port, out) = (server.address.split(separator: ":").last ?? "", scratch.path("tls"))
    let client = "openssl s_client -connect 127.0.0.1:\(port) \(options) </dev/null 2>&1"
    _ = unsafe system("(\(client)) \(then) >'\(out)' 2>&1")
    return String(decoding: try scratch.read("tls"), as: UTF8.self)
  }

  private static func copy(_ name: String, to target: String, in scratch: Scratch) throws {
    let source = "\(ConnectionTests.certificates)-\(name).pem"
    // As certbot and cert-manager do it: the file changes in one step.
    try #require(
      unsafe system("cp '\(source)' '\(scratch.path("new"))' && mv '\(scratch.path("new"))' '\(scratch.path(target))'")
        == 0)
  }

  @Test func `A new certificate is used without a restart, and a broken one is not`() throws {
    try Scratch.with { scratch in
      try Self.copy("expired", to: "server.pem", in: scratch)
      try Self.copy("key", to: "server.key", in: scratch)
      let server = try PlatformProcess(
        "--certificate '\(scratch.path("server.pem"))' --certificate-key '\(scratch.path("server.key"))'", in: scratch)
      defer { server.end() }
      let old = try Self.subject(of: server, in: scratch)
      #expect(old.contains("2001"), "\(old)")
      try Self.copy("valid", to: "server.pem", in: scratch)
      server.hangUp()
      var new = old
      for _ in 0..<100 where new == old {
        usleep(50_000)
        new = try Self.subject(of: server, in: scratch)
      }
      #expect(new.contains("notAfter") && new != old, "\(new)")
      // Half a file, and then a key that belongs to another certificate.
      try scratch.write(Array("-----BEGIN CERTIFICATE-----\nAAAA".utf8), to: "server.pem")
      server.hangUp()
      usleep(300_000)
      #expect(try Self.subject(of: server, in: scratch) == new)
      try Self.copy("valid", to: "server.pem", in: scratch)
      let other = try Shared.projectText("Keys/TEST-ONLY-rsa-2048.pem")
      try scratch.write(Array(other.utf8), to: "server.key")
      server.hangUp()
      usleep(300_000)
      #expect(try Self.subject(of: server, in: scratch) == new)
      let log = String(decoding: try scratch.read("log"), as: UTF8.self)
      #expect(log.contains("a new certificate is used"))
      #expect(log.contains("the old one stays"))
    }
  }

  @Test(arguments: [("-tls1", false), ("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)])
  func `TLS 1.2 is the oldest version`(option: String, isAccepted: Bool) throws {
    try Scratch.with { scratch in
      let server = try PlatformProcess(
        "--certificate \(ConnectionTests.certificates)-valid.pem --certificate-key \(ConnectionTests.certificates)-key.pem",
        in: scratch)
      defer { server.end() }
      // Level 0 permits the client the old versions.
      let text = try Self.tls(server, "\(option) -cipher DEFAULT@SECLEVEL=0", "", in: scratch)
      #expect(text.contains("BEGIN CERTIFICATE") == isAccepted, "\(text)")
      #expect(text.contains("alert protocol version") == !isAccepted, "\(text)")
    }
  }

  @Test func `Without a certificate, SIGHUP does not end the server`() throws {
    try Scratch.with { scratch in
      let server = try PlatformProcess("", in: scratch)
      defer { server.end() }
      server.hangUp()
      usleep(300_000)
      #expect(server.isRunning)
    }
  }

  @Test func `A service manager is notified of the start, of progress and of the end`() throws {
    try Scratch.with { scratch in
      let python = """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); s.settimeout(60)
        seen = []
        while 'STOPPING=1' not in seen: seen.append(s.recv(99).decode()); open(sys.argv[2], 'w').write(' '.join(seen))
        """
      try scratch.write(Array(python.utf8), to: "manager.py")
      let (path, seen) = (scratch.path("s"), scratch.path("seen"))
      try #require(unsafe system("cd '\(scratch.folder)' && python3 manager.py s '\(seen)' >/dev/null 2>&1 &") == 0)
      for _ in 0..<100 where !FileManager.default.fileExists(atPath: path) { usleep(50_000) }
      let server = try PlatformProcess("", in: scratch, variables: "NOTIFY_SOCKET='\(path)'")
      usleep(1_500_000)
      server.end()
      var words: [Substring] = []
      for _ in 0..<100 where words.last != "STOPPING=1" {
        usleep(50_000)
        words = String(decoding: try scratch.read("seen"), as: UTF8.self).split(separator: " ")
      }
      #expect(words.contains("READY=1") && words.contains("WATCHDOG=1") && words.last == "STOPPING=1", "\(words)")
    }
  }
}
