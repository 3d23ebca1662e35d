import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// The signatures of a signed bundle, each checked against the key that it names.
struct ExistingSignatures {
  private let manifest: [UInt8]
  private let name: String
  /// The signatures as stored.
  let all: [[UInt8]]

  init(of open: OpenBundle) throws {
    manifest = open.reader.manifest
    name = open.name
    all = try Envelope.signatures(of: open.envelope)
  }

  /// Checks the signatures. Every signature that stays in the bundle must be valid. Of the signatures that are dropped,
  /// at least one must be valid.
  ///
  /// - Parameter keys: the known public keys. A signature by another key cannot be checked.
  /// - Throws: ``Failure`` for a signature that is wrong, or that cannot be checked.
  func check(by keys: [PublicKey], isKept: Bool) throws {
    guard !all.isEmpty else { throw Failure(Rejection(.unsigned), on: name) }
    var unknown: [String] = []
    var checked = 0
    for signature in all {
      let envelope = try Envelope.joining(manifest: manifest, signatureFile: Envelope.signatureFile([signature]))
      let keyID = try SignatureReport.all(in: envelope).first?.keyID ?? ""
      guard let key = keys.first(where: { $0.keyID(using: OpenSSL()).hexadecimal == keyID }) else {
        unknown.append(keyID)
        continue
      }
      var acceptance = Acceptance(trust: [key])
      acceptance.baseSequence = .max
      try explaining(name) {
        _ = try acceptance.verify(envelope)
      }
      checked += 1
    }
    guard isKept ? unknown.isEmpty : checked > 0 else {
      throw Failure(
        .rejected, "'\(name)' has a signature of key \(unknown.first ?? ""), which cannot be checked",
        hint: "give that key's public half with --trust KEY.pub.pem", reason: .untrustedKey)
    }
  }
}
