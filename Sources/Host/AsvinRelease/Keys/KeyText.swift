import FoundationEssentials

/// A description of text that is not the expected key, and how to convert it.
struct KeyText {
  /// The expected half of a key.
  enum Half {
    case privateKey, publicKey
  }

  /// The description, as the end of a sentence.
  let what: String
  /// The next step for the user.
  let hint: String

  private init(_ what: String, _ hint: String) { (self.what, self.hint) = (what, hint) }

  /// Describes bytes; `nil` if they are unknown.
  ///
  /// - Parameter name: the reference that they came from, a path or `env://NAME`.
  init?(_ bytes: [UInt8], named name: String, wanting half: Half) {
    let source = Source(name)
    let text = String(decoding: bytes, as: UTF8.self)
    let found =
      Self.encoding(bytes, source, half) ?? Self.pem(text, source, half) ?? Self.otherTool(text, source, half)
      ?? Self.bare(text, source, half)
    guard let found else { return nil }
    self = found
  }

  /// The source of the text, for a shell command.
  private struct Source {
    let name: String
    let variable: String?
    /// A command that prints it.
    let print: String

    init(_ name: String) {
      self.name = name
      variable = name.hasPrefix("env://") ? String(name.dropFirst("env://".count)) : nil
      print = variable.map { "printf '%s' \"$\($0)\"" } ?? "cat '\(name)'"
    }
  }

  private static func encoding(_ bytes: [UInt8], _ source: Source, _ half: Half) -> KeyText? {
    if bytes.allSatisfy({ $0 <= 0x20 }) { return KeyText("empty", "put a key in PEM there") }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return KeyText("text in UTF-16", "convert it: iconv -f UTF-16 -t UTF-8 '\(source.name)' > KEY.pem")
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      return KeyText(
        "text with a byte order mark in front", "remove that: sed -i '1s/^\\xEF\\xBB\\xBF//' '\(source.name)'")
    }
    if isDER(bytes) {
      return KeyText(
        "a key or a certificate in DER",
        "convert it: openssl pkey -inform DER -in '\(source.name)'\(half.flags) -out KEY.pem")
    }
    if bytes.count == 32 || bytes.count == 64, bytes.contains(where: { $0 < 0x20 || $0 > 0x7E }) {
      return KeyText("\(bytes.count) raw bytes", "give the key in PEM, as openssl pkey and asvin-pack keygen write it")
    }
    return nil
  }

  private static func pem(_ text: String, _ source: Source, _ half: Half) -> KeyText? {
    guard let begin = text.firstRange(of: "-----BEGIN ") else { return nil }
    let rest = text[begin.upperBound...]
    let label = rest.firstRange(of: "-----").map { String(rest[..<$0.lowerBound]) } ?? ""
    if text.contains("\\n") {
      let convert =
        source.variable.map { "export \($0)=\"$(printf '%b' \"$\($0)\")\"" }
        ?? "printf '%b' \"$(cat '\(source.name)')\" > KEY.pem"
      return KeyText("PEM with \\n written in place of its line ends", "convert it: \(convert)")
    }
    if let first = text.unicodeScalars.first(where: { $0.value > 0x20 }), first == "\"" || first == "'" {
      return KeyText("PEM in quotation marks", "remove the quotation marks around it")
    }
    let scalars = text.unicodeScalars
    let trimmed = scalars.reversed().drop { $0.value <= 0x20 }
    if !trimmed.contains("\n") {
      return trimmed.contains("\r")
        ? KeyText("PEM whose lines end in CR alone", "convert it: \(source.print) | tr '\\r' '\\n' > KEY.pem")
        : KeyText(
          "PEM on one line: its line ends were lost",
          "store it again with its line ends, or give it as a file with --key KEY.pem")
    }
    if let known = block(label, source, half) { return known }
    let lines = text.split(whereSeparator: \.isNewline)
    if lines.contains(where: { $0.hasPrefix(" ") || $0.hasPrefix("\t") }) {
      return KeyText(
        "PEM with blanks in front of its lines", "remove them: \(source.print) | sed 's/^[ \\t]*//' > KEY.pem")
    }
    if !text.contains("-----END \(label)-----") {
      return KeyText("PEM without its END line: it was cut", "copy it again from where it was made")
    }
    return KeyText("PEM of '\(label)' that is damaged", "copy it again from where it was made")
  }

  /// A block of PEM that does not hold the expected key.
  private static func block(_ label: String, _ source: Source, _ half: Half) -> KeyText? {
    switch label {
    case "OPENSSH PRIVATE KEY":
      KeyText(
        "a private key of OpenSSH",
        "make one with: asvin-pack keygen -o KEY.pem; an ECDSA key is converted in a copy: ssh-keygen -p -m PKCS8 -f COPY"
      )
    case "SSH2 PUBLIC KEY":
      KeyText(
        "a public key of SSH",
        "convert an ECDSA key: ssh-keygen -i -f '\(source.name)' | ssh-keygen -e -m PKCS8 -f /dev/stdin")
    case "PUBLIC KEY" where half == .privateKey:
      KeyText(
        "a public key, but a private key is required", "give the private key, which keygen wrote to the same folder")
    case "CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE":
      half == .publicKey
        ? KeyText("a certificate", "extract its key: openssl x509 -in '\(source.name)' -pubkey -noout > KEY.pub.pem")
        : KeyText("a certificate, which holds no private key", "give the private key that belongs to it")
    case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
      KeyText(
        "a certificate request", "extract its key: openssl req -in '\(source.name)' -pubkey -noout > KEY.pub.pem")
    case "RSA PUBLIC KEY", "RSA PRIVATE KEY", "DSA PRIVATE KEY":
      KeyText("an RSA or DSA key", "releases are signed with Ed25519 or P-256: asvin-pack keygen -o KEY.pem")
    case "PGP PRIVATE KEY BLOCK", "PGP PUBLIC KEY BLOCK":
      KeyText("a key of OpenPGP", "make a key for firmware with: asvin-pack keygen -o KEY.pem")
    case "EC PARAMETERS":
      KeyText(
        "the parameters of a curve", "give the block that follows them: openssl pkey -in '\(source.name)' -out KEY.pem")
    default: nil
    }
  }

  private static func otherTool(_ text: String, _ source: Source, _ half: Half) -> KeyText? {
    let start = text.drop { $0.isWhitespace }
    if ["ssh-ed25519 ", "ecdsa-sha2-", "ssh-rsa ", "sk-ssh-", "sk-ecdsa-"].contains(where: { start.hasPrefix($0) }) {
      return KeyText(
        "a public key of OpenSSH",
        half == .privateKey
          ? "give a private key in PEM: asvin-pack keygen -o KEY.pem"
          : "convert an ECDSA key: ssh-keygen -e -m PKCS8 -f '\(source.name)'; for Ed25519 use asvin-pack pub KEY.pem")
    }
    if start.hasPrefix("PuTTY-User-Key-File") {
      return KeyText("a key of PuTTY", "make one with: asvin-pack keygen -o KEY.pem")
    }
    if start.hasPrefix("{"), start.contains("\"kty\"") {
      return KeyText("a JSON Web Key", "convert it to PEM with the tool that made it")
    }
    if start.hasPrefix("untrusted comment:") {
      return KeyText("a key of minisign or signify", "make one with: asvin-pack keygen -o KEY.pem")
    }
    if start.hasPrefix("AGE-SECRET-KEY-") || start.hasPrefix("age1") {
      return KeyText("a key of age, which encrypts", "make one that signs with: asvin-pack keygen -o KEY.pem")
    }
    return nil
  }

  /// Base64, hexadecimal digits, or a path.
  private static func bare(_ text: String, _ source: Source, _ half: Half) -> KeyText? {
    let digits = text.filter { !$0.isWhitespace }
    if digits.count == 64 || digits.count == 128, digits.allSatisfy(\.isHexDigit) {
      return KeyText("hexadecimal digits", "give the key in PEM, as openssl pkey and asvin-pack keygen write it")
    }
    if source.variable != nil, !text.contains("\n"),
      digits.hasPrefix("/") || digits.hasPrefix("./") || digits.hasSuffix(".pem")
    {
      return KeyText("a path, and not a key", "give the path itself: --key '\(digits)'")
    }
    guard digits.count >= 40, let data = Data(base64Encoded: digits) else { return nil }
    let bytes = [UInt8](data)
    if String(decoding: bytes, as: UTF8.self).contains("-----BEGIN ") {
      return KeyText("PEM in base64", "decode it: \(source.print) | base64 -d > KEY.pem")
    }
    if isDER(bytes) {
      return KeyText(
        "base64 of a key without the BEGIN and END lines",
        "convert it: \(source.print) | base64 -d | openssl pkey -inform DER\(half.flags) -out KEY.pem")
    }
    return bytes.count == 32 || bytes.count == 64
      ? KeyText(
        "\(bytes.count) raw bytes in base64", "give the key in PEM, as openssl pkey and asvin-pack keygen write it")
      : nil
  }

  /// Whether the bytes are exactly one sequence of ASN.1.
  private static func isDER(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 8, bytes[0] == 0x30 else { return false }
    switch bytes[1] {
    case ..<0x80: return Int(bytes[1]) + 2 == bytes.count
    case 0x81: return Int(bytes[2]) + 3 == bytes.count
    case 0x82: return Int(bytes[2]) << 8 + Int(bytes[3]) + 4 == bytes.count
    default: return false
    }
  }
}

extension KeyText.Half {
  /// Options of `openssl pkey`.
  fileprivate var flags: String { self == .publicKey ? " -pubin -pubout" : "" }
}
