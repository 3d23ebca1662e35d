import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinManifest

/// The manifest of a draft.
struct ManifestDraft {
  private let draft: ReleaseDraft
  private let options: ReleaseOptions
  private let sealsImages: Bool

  /// - Parameter sealsImages: whether a device can check complete images block by block.
  init(_ draft: ReleaseDraft, _ options: ReleaseOptions, sealsImages: Bool) {
    self.draft = draft
    self.options = options
    self.sealsImages = sealsImages
  }

  func manifest(in environment: Environment) throws -> Manifest {
    let ids = try DeviceClass(options.vendor, options.deviceClass, draft.project, draft.template)
    guard let name = draft.name else {
      throw Failure(.usage, "'\(options.file)' gives no name for the product", hint: "give one with --name NAME")
    }
    guard let version = draft.version else {
      throw Failure(
        .usage, "no version is known for '\(options.file)'",
        hint: "give one with --fw-version, ASVIN_PACK_VERSION, 'version' in asvin-pack.yaml, or a git tag")
    }
    guard let sequence = draft.sequence else {
      throw Failure(
        .usage, "no sequence number can be derived from version '\(version.text)'",
        hint: "give one with --sequence N; it must rise with every release")
    }
    guard sequence > 0 else {
      throw Failure(
        .usage, "sequence number 0 is below every device's floor", hint: "start with version 0.0.1 or --sequence 1")
    }
    let total = draft.images.reduce(0) { $0 + $1.source.size }
    var components: [Component] = []
    var before: UInt64 = 0
    for image in draft.images {
      guard image.source.size <= Limit.memberBytes.value else {
        throw BundleError.overLimit(.memberBytes, name: image.name)
      }
      let digest = try image.digest { environment.progress(before + $0, total) }
      before += image.source.size
      var payload = Payload(size: image.source.size, digest: digest)
      if sealsImages { payload.seal = try SealedStream(image.source).seal }
      components.append(Component(slot: image.slot, size: image.source.size, digest: digest, payloads: [payload]))
    }
    guard UInt64(components.count) <= Limit.components.value else {
      throw Failure(.usage, "a release has at most \(Limit.components.value) components")
    }
    return Manifest(
      name: name, vendor: ids.vendor, deviceClass: ids.deviceClass, sequence: sequence, version: version,
      components: components)
  }
}
