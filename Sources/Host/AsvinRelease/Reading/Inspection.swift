package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest

/// Shows what a bundle or an image is, trusting nothing in it.
package struct Inspection: Sendable {
  /// The file.
  package var file: String

  /// An inspection of a file.
  package init(file: String) { self.file = file }

  /// Reads the file.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> InspectionReport {
    let environment = environment.oneRun()
    return try explaining(file) {
      let input = try environment.input(file)
      guard try BundleReader.isBundle(input) else {
        let image = try ImageReport(of: input, name: file)
        try input.requireUnchanged()
        return InspectionReport(file: file, kind: .image, image: image)
      }
      let open = try OpenBundle(input, name: file)
      let manifest = try Manifest(decoding: open.reader.manifest)
      let signatures = try SignatureReport.all(in: open.envelope)
      try open.reader.readMembers(manifest.members) { _, _ in }
      let first = try image(in: open, manifest)
      try input.requireUnchanged()
      return InspectionReport(
        file: file, kind: .bundle, release: ReleaseReport(manifest, bytes: open.reader.manifest),
        signatures: signatures, image: first)
    }
  }

  private func image(in open: OpenBundle, _ manifest: Manifest) throws -> ImageReport? {
    guard let member = manifest.members.first(where: { $0.name.hasSuffix("-image") }) else { return nil }
    let contents = BundleContents(of: open.file, manifest: open.reader.manifest, signatures: open.reader.signatureFile)
    let source = contents.source(of: member, among: manifest.members)
    return ImageReport(try FirmwareImage(stored: source, name: member.name, slot: 0))
  }
}

/// What a file is.
package struct InspectionReport: Encodable, Sendable {
  /// What a file can be.
  package enum Kind: String, Encodable, Sendable {
    /// A bundle.
    case bundle
    /// A firmware image.
    case image
  }

  /// The file.
  package let file: String
  /// What it is.
  package let kind: Kind
  /// A bundle's release.
  package let release: ReleaseReport?
  /// A bundle's signatures, none of them checked.
  package let signatures: [SignatureReport]?
  /// The image, or a bundle's first.
  package let image: ImageReport?

  init(
    file: String, kind: Kind, release: ReleaseReport? = nil, signatures: [SignatureReport]? = nil, image: ImageReport?
  ) {
    self.file = file
    self.kind = kind
    self.release = release
    self.signatures = signatures
    self.image = image
  }
}

/// What a signature says about itself.
package struct SignatureReport: Encodable, Sendable {
  /// The algorithm's name, or `unknown`.
  package let algorithm: String
  /// The key id.
  package let keyID: String
  /// The kind of thing that is signed.
  package let type: String

  static func all(in envelope: [UInt8]) throws(WireError) -> [SignatureReport] {
    let view = try EnvelopeView(envelope.span)
    var cursor = view.signatures
    var reports: [SignatureReport] = []
    while let signature = try cursor.next() {
      // The type is outside text: quoted, so that no terminal acts on it.
      let type = String(decoding: Array(copying: signature.type), as: UTF8.self)
      reports.append(
        SignatureReport(
          algorithm: signature.algorithm?.name ?? "unknown",
          keyID: KeyID(signature.keyID)?.hexadecimal ?? "", type: Name(type)?.text ?? "not a name"))
    }
    return reports
  }
}
