package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest

/// Shows the content of a bundle or an image without verifying it.
package struct Inspection: Sendable {
  package var file: String

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
      try open.reader.readMembers(manifest.members)
      let first = try image(in: open, manifest)
      try input.requireUnchanged()
      return InspectionReport(
        file: file, kind: .bundle, release: ReleaseReport(manifest, bytes: open.reader.manifest),
        signatures: signatures, image: first)
    }
  }

  private func image(in open: OpenBundle, _ manifest: Manifest) throws -> ImageReport? {
    guard let member = manifest.members.first(where: { $0.name.hasSuffix("-image") }) else { return nil }
    let source = open.reader.content(of: member, among: manifest.members)
    return ImageReport(try FirmwareImage(stored: source, name: member.name, slot: 0))
  }
}

/// The content of a file.
package struct InspectionReport: Encodable, Sendable {
  package enum Kind: String, Encodable, Sendable {
    case bundle
    /// A firmware image.
    case image
  }

  package let file: String
  package let kind: Kind
  /// A bundle's release.
  package let release: ReleaseReport?
  /// A bundle's signatures, none of them checked.
  package let signatures: [SignatureReport]?
  /// The image, or the first image of a bundle.
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

/// The fields of a signature.
package struct SignatureReport: Encodable, Sendable {
  /// The algorithm's name, or `unknown`.
  package let algorithm: String
  package let keyID: String
  /// The signed type.
  package let type: String

  static func all(in envelope: [UInt8]) throws(WireError) -> [SignatureReport] {
    let view = try EnvelopeView(envelope.span)
    var cursor = view.signatures
    var reports: [SignatureReport] = []
    while let signature = try cursor.next() {
      // The type is untrusted text. Only a valid name is shown, so that a terminal does not act on it.
      let type = String(decoding: Array(copying: signature.type), as: UTF8.self)
      reports.append(
        SignatureReport(
          algorithm: signature.algorithm?.name ?? "unknown",
          keyID: KeyID(signature.keyID)?.hexadecimal ?? "", type: Name(type)?.text ?? "not a name"))
    }
    return reports
  }
}
