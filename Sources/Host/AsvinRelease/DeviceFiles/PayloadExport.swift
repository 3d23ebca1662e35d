import AsvinBundle
import AsvinCrypto
package import AsvinHost
import AsvinManifest
import AsvinVerifier

/// Writes what a device receives of a release: the envelope, and the stream of one payload or of all.
package struct PayloadExport: Sendable {
  /// The files to write.
  package enum Files: Sendable {
    /// The envelope, if it has a path, and the stream of one payload.
    case one(envelope: String?, stream: String)
    /// `envelope` in a folder, and `stream-N` for each payload, with the number that the plan of a device states.
    case all(folder: String)
  }

  /// The verification of the bundle.
  package var verification: BundleVerification
  package var slot: UInt64 = 0
  /// The image that the device runs, as an image file or a bundle; `nil` to export the complete image.
  package var base: String?
  /// The number of the payload, as the device's plan states it; `nil` to choose by ``base``.
  package var payload: Int?
  /// The files to write.
  package var files: Files
  /// Whether existing files are replaced.
  package var force = false

  package init(_ verification: BundleVerification, to files: Files) {
    self.verification = verification
    self.files = files
  }

  /// Verifies the complete bundle and writes the files. After a failure, none of them exists.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> [ExportReport] {
    guard base == nil || payload == nil else {
      throw Failure(.usage, "--base and --payload both choose a payload", hint: "give one of them")
    }
    if case .one(let envelope?, let stream) = files {
      guard Environment.path(envelope, from: environment.folder) != Environment.path(stream, from: environment.folder)
      else {
        throw Failure(.usage, "the envelope and the stream cannot be one file", hint: "give each a name of its own")
      }
    }
    let environment = environment.oneRun()
    let acceptance = try verification.acceptance(in: environment)
    let open = try OpenBundle(verification.bundle, in: environment)
    return try explaining(open.name) {
      let manifest = try open.verify(acceptance, in: environment).release.manifest
      let manifestBytes = open.reader.manifest
      let identity = SHA256.digest(of: manifestBytes.span).hexadecimal
      var outputs: [(name: String, content: any ByteSource)] = []
      var reports: [ExportReport] = []
      let envelope: String?
      let chosen: [(component: Int, payload: Int, stream: String)]
      switch files {
      case .one(let file, let stream):
        envelope = file
        let (component, payload) = try self.chosen(of: manifest, in: open, environment)
        chosen = [(component, payload, stream)]
      case .all(let folder):
        envelope = "\(folder)/envelope"
        let all = manifest.components.indices.flatMap { component in
          manifest.components[component].payloads.indices.map { (component, $0) }
        }
        chosen = all.enumerated().map { ($1.0, $1.1, "\(folder)/stream-\($0)") }
      }
      if let envelope { outputs.append((envelope, open.envelope)) }
      for (component, index, stream) in chosen {
        let content = try content(of: manifest, component, index, in: open)
        outputs.append((stream, content))
        let (component, payload) = (manifest.components[component], manifest.components[component].payloads[index])
        reports.append(
          ExportReport(
            envelope: envelope, envelopeBytes: open.envelope.count, stream: stream, streamBytes: content.size,
            slot: component.slot, payload: index, kind: payload.form.rawValue, isSealed: payload.seal != nil,
            memory: payload.memory ?? 0, sequence: manifest.sequence,
            manifest: identity))
      }
      try write(outputs, in: environment)
      // The content was read again after it was verified.
      try open.file.requireUnchanged()
      return reports
    }
  }

  /// The stream of a payload, as a platform serves it.
  private func content(
    of manifest: Manifest, _ component: Int, _ index: Int, in open: OpenBundle
  ) throws -> any ByteSource {
    guard let member = manifest.members.first(where: { $0.role == .payload(component: component, index: index) })
    else { throw Failure(.failed, "payload \(index) is not a member of '\(open.name)'") }
    let content = open.reader.content(of: member, among: manifest.members)
    guard let seal = manifest.components[component].payloads[index].seal else { return content }
    let sealed = try SealedStream(content, chunk: seal.chunk)
    guard sealed.seal == seal else {
      throw Failure(
        .rejected, "payload \(index) of '\(open.name)' does not have the first link that was signed",
        hint: "sign the firmware again", reason: .linkDigestMismatch)
    }
    return sealed.source(of: content)
  }

  /// The component of the slot, and the number of the payload.
  private func chosen(
    of manifest: Manifest, in open: OpenBundle, _ environment: Environment
  ) throws(Failure) -> (component: Int, payload: Int) {
    guard let component = manifest.components.firstIndex(where: { $0.slot == slot }) else {
      let slots = manifest.components.map { String($0.slot) }.joined(separator: ", ")
      throw Failure(.inputMissing, "'\(open.name)' has no slot \(slot)", hint: "it has \(slots)")
    }
    let payloads = manifest.components[component].payloads
    if let payload {
      guard payloads.indices.contains(payload) else {
        throw Failure(
          .inputMissing, "'\(open.name)' has no payload \(payload) for slot \(slot)",
          hint: payloads.count == 1 ? "it has payload 0" : "it has payloads 0 to \(payloads.count - 1)")
      }
      return (component, payload)
    }
    if let base {
      let digest = try Self.digest(of: SlotImage(base, slot: slot, in: environment), named: base)
      guard digest != manifest.components[component].digest else {
        throw Failure(
          .usage, "'\(base)' is the image of '\(open.name)', so that a device with it fetches nothing",
          hint: "give the image that the device runs before the update")
      }
      guard let index = payloads.firstIndex(where: { $0.base?.digest == digest }) else {
        throw Failure(
          .inputMissing, "'\(open.name)' has no patch from '\(base)' for slot \(slot)",
          hint: "sign with --from '\(base)'; without --base, the complete image is exported")
      }
      return (component, index)
    }
    guard let index = payloads.firstIndex(where: { $0.kind == .image }) else {
      throw Failure(
        .rejected, "'\(open.name)' does not hold a complete image for slot \(slot)", reason: .noUsablePayload)
    }
    return (component, index)
  }

  private static func digest(of image: SlotImage, named name: String) throws(Failure) -> Digest {
    try explaining(name) {
      var hash = SHA256()
      try image.source.forEachPiece { hash.update($0) }
      return hash.finish()
    }
  }

  private func write(
    _ outputs: [(name: String, content: any ByteSource)], in environment: Environment
  ) throws(Failure) {
    var files: [(name: String, file: OutputFile)] = []
    for (name, content) in outputs {
      let file = try explaining(name) {
        let file = try environment.output(name, force: force, durability: .remade)
        try content.forEachPiece { try file.write($0) }
        return file
      }
      files.append((name, file))
    }
    // What a pipe has received cannot be withdrawn.
    files = files.filter { !$0.file.isStream } + files.filter(\.file.isStream)
    for (index, (name, file)) in files.enumerated() {
      do throws(FileError) {
        try file.commit()
      } catch {
        for (name, file) in files[..<index] { try explaining(name) { try file.withdraw() } }
        throw Failure(error, on: name)
      }
    }
  }
}

extension Payload {
  /// The forms of a payload, as reports name them.
  enum Form: String {
    case image, compressed, patch
  }

  var form: Form { kind == .image ? .image : base == nil ? .compressed : .patch }
}

/// The exported files.
package struct ExportReport: Encodable, Sendable {
  /// The file of the envelope; `nil` if it was not written.
  package let envelope: String?
  /// Bytes.
  package let envelopeBytes: Int
  /// The file of the stream.
  package let stream: String
  /// Bytes.
  package let streamBytes: UInt64
  package let slot: UInt64
  /// The number of the payload among those of the slot.
  package let payload: Int
  /// `image`, `compressed` or `patch`.
  package let kind: String
  /// Whether the stream has the digest of the next block after each block.
  package let isSealed: Bool
  /// Bytes of RAM that the device needs to apply a patch.
  package let memory: UInt64
  package let sequence: UInt64
  /// SHA-256 of the manifest.
  package let manifest: String
}
