import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinWire

/// Signs the manifest of a bundle that exists, byte for byte as it is.
struct Resigning {
  private let signing: Signing

  init(_ signing: Signing) { self.signing = signing }

  func run(on open: OpenBundle, in surroundings: Surroundings) throws -> SignReport {
    let manifest = try Manifest(decoding: open.reader.manifest)
    let existing = try Envelope.signatures(of: open.envelope)
    switch signing.onSigned {
    case .error:
      throw Failure(
        .failed, "'\(open.name)' is a signed bundle already",
        hint: "say what to do with it: --on-signed skip, replace or append")
    case .skip:
      let signed = try SignedManifest(open.reader.manifest, with: [], beside: existing)
      return SignReport(
        signed, of: manifest, file: open.name, output: open.name, size: open.file.count, action: .skipped, image: nil,
        signers: [])
    case .replace, .append:
      break
    }
    let project = try ProjectFile.find(from: surroundings.searchFolder)
    let signers = try signing.signers(of: project, in: surroundings)
    let kept = signing.onSigned == .append ? existing : []
    // The bundle is read whole before it is signed again: no signature for payloads that do not match.
    try open.reader.readMembers(manifest.members) { _, _ in }
    let signed = try SignedManifest(open.reader.manifest, with: signers, beside: kept)
    let name = "\(manifest.name.text)-\(manifest.version.text).asvin"
    let output = signing.output ?? Signing.beside(open.name, name)
    let contents = BundleContents(of: open.file, manifest: open.reader.manifest, signatures: open.reader.signatureFile)
    let size = try signing.write(signed, members: manifest.members, to: output, in: surroundings) { member in
      contents.source(of: member, among: manifest.members)
    }
    return SignReport(
      signed, of: manifest, file: open.name, output: output, size: size,
      action: signing.onSigned == .append ? .appended : .replaced, image: nil, signers: signers)
  }
}
