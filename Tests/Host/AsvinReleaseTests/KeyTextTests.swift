import AsvinHost
import AsvinCrypto
import AsvinFixtures
import AsvinRelease
import FoundationEssentials
import Testing

@Suite("The description of text that is not a key", .usesScratch)
struct KeyTextTests {
  static func test(_ name: String) throws -> String { try Shared.projectText("Keys/TEST-ONLY-\(name).pem") }

  /// The base64 between the armour.
  static func body(_ pem: String) -> String {
    pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
  }

  /// A private key in another form, the words that describe it, and a word of the hint.
  static func wrongPrivate() throws -> [(text: [UInt8], what: String, hint: String)] {
    let pem = try test("ed25519")
    let (body, public_) = (body(pem), try test("ed25519.pub"))
    let texts: [(String, String, String)] = [
      (pem.split(separator: "\n").joined(separator: "\\n"), "\\n", "printf '%b'"),
      (pem.split(separator: "\n").joined(separator: " "), "one line", "line ends"),
      (pem.split(separator: "\n").joined(separator: "\r"), "CR alone", "tr"),
      ("\"\(pem)\"", "quotation marks", "remove"), (body, "base64 of a key", "openssl pkey -inform DER"),
      (Data(pem.utf8).base64EncodedString(), "PEM in base64", "base64 -d"),
      (pem.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n") + "\n", "blanks", "sed"),
      (pem.split(separator: "\n").dropLast().joined(separator: "\n") + "\n", "without its END line", "copy"),
      (pem.replacing(body, with: "AAAA" + body.dropFirst(4)), "damaged", "copy"),
      (public_, "public key", "private key"),
      (
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU=\n-----END OPENSSH PRIVATE KEY-----\n",
        "OpenSSH", "keygen"
      ),
      ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@here\n", "public key of OpenSSH", "keygen"),
      ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "certificate", "private key"),
      ("PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTY", "keygen"),
      ("{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}", "JSON Web Key", "PEM"),
      (String(repeating: "0f", count: 32), "hexadecimal", "PEM"), ("/keys/release.pem", "a path", "--key"),
      (" \n", "empty", "PEM"),
    ]
    let raw: [([UInt8], String, String)] = [
      (Array(Data(base64Encoded: body) ?? Data()), "DER", "openssl pkey -inform DER"),
      ([0xFF, 0xFE] + pem.utf8.flatMap { [$0, 0] }, "UTF-16", "iconv"),
      ([UInt8](repeating: 0xA5, count: 32), "32 raw bytes", "PEM"),
    ]
    return texts.map { (Array($0.0.utf8), $0.1, $0.2) } + raw
  }

  @Test(arguments: try wrongPrivate())
  func `Each text is named, with the way to convert it`(text: [UInt8], what: String, hint: String) throws {
    try Scratch.with { scratch in
      var environment = Environment(folder: scratch.folder)
      let isText = !text.contains(0) && String(validating: text, as: UTF8.self) != nil
      try scratch.write(text, to: "key")
      if isText { environment.variables["KEY"] = String(decoding: text, as: UTF8.self) }
      for reference in isText ? ["env://KEY", "key"] : ["key"] where !(what == "a path" && reference == "key") {
        let failed = failure { _ = try KeyReference(reference, from: scratch.folder).privateKey(in: environment) }
        #expect(failed?.kind == .rejected, "\(reference): \(what)")
        #expect(failed?.message.contains(what) == true, "\(failed?.message ?? "")")
        #expect(failed?.hint?.contains(hint) == true, "\(failed?.hint ?? "")")
      }
    }
  }

  @Test func `A key with other line ends, or without the last one, is read`() throws {
    let pem = try Self.test("ed25519")
    var environment = Environment(folder: "/")
    for text in [
      pem.replacing("\n", with: "\r\n"), String(pem.dropLast()), "comment\n\(pem)", "\u{FEFF}\(pem)", pem + "\n\n",
    ] {
      environment.variables["KEY"] = text
      _ = try KeyReference("env://KEY", from: "/").privateKey(in: environment)
    }
  }

  @Test func `A public key that is something else is named too`() throws {
    let pem = try Self.test("ed25519.pub")
    var environment = Environment(folder: "/")
    for (text, what, hint) in [
      (Self.body(pem), "base64 of a key", "-pubin"),
      (pem.split(separator: "\n").joined(separator: "\\n"), "\\n", "printf"),
      ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample me@here", "OpenSSH", "asvin-pack pub"),
      ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "certificate", "openssl x509"),
    ] {
      environment.variables["KEY"] = text
      let failed = failure { _ = try KeyReference("env://KEY", from: "/").publicKey(in: environment) }
      #expect(failed?.message.contains(what) == true && failed?.hint?.contains(hint) == true, "\(what)")
    }
  }
}
