package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest
import AsvinVerifier

/// Extracts an image from a verified bundle.
package struct Extraction: Sendable {
  /// The verification of the bundle.
  package var verification: BundleVerification
  package var slot: UInt64
  /// The path of the image.
  package var output: String
  /// Whether an existing file is replaced.
  package var force: Bool

  package init(_ verification: BundleVerification, slot: UInt64, output: String, force: Bool) {
    self.verification = verification
    self.slot = slot
    self.output = output
    self.force = force
  }

  /// Verifies the complete bundle and writes the image. The file appears only after the last byte of the archive is verified.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> ExtractionReport {
    let environment = environment.oneRun()
    let acceptance = try verification.acceptance(in: environment)
    let open = try OpenBundle(verification.bundle, in: environment)
    return try explaining(open.name) {
      let release = try acceptance.verify(open.envelope)
      guard let component = release.manifest.components.firstIndex(where: { $0.slot == slot }) else {
        let slots = release.manifest.components.map { String($0.slot) }.joined(separator: ", ")
        throw Failure(.inputMissing, "'\(open.name)' has no slot \(slot)", hint: "it has \(slots)")
      }
      guard let index = release.manifest.components[component].payloads.firstIndex(where: { $0.kind == .image }) else {
        throw Failure(
          .rejected, "'\(open.name)' does not hold a complete image for slot \(slot)", reason: .noUsablePayload)
      }
      let file = try environment.output(output, force: force, durability: .remade)
      _ = try open.verify(acceptance, in: environment) { member, piece in
        if member.role == .payload(component: component, index: index) { try file.write(piece) }
      }
      try file.commit()
      let image = release.manifest.components[component]
      return ExtractionReport(output: output, slot: slot, size: image.size, sha256: image.digest.hexadecimal)
    }
  }
}

/// An extracted image.
package struct ExtractionReport: Encodable, Sendable {
  /// The file.
  package let output: String
  package let slot: UInt64
  /// Bytes.
  package let size: UInt64
  package let sha256: String
}
