import AsvinHost
import AsvinImage
import AsvinManifest

/// A release before it is signed: its images and its identity.
struct ReleaseDraft {
  let project: ProjectFile
  let template: Template?
  let images: [FirmwareImage]
  let name: Name?
  let version: Name?
  /// The version from an option or from the environment, not from the image or the project.
  let askedVersion: Name?
  let sequence: UInt64?
  /// The content of a bundle that is already signed.
  private(set) var signed: SignedRelease?

  /// A release with an existing manifest.
  struct SignedRelease {
    let vendor: Identifier
    let deviceClass: Identifier
    /// SHA-256 of the manifest.
    let identity: String
  }

  /// Creates the draft of a signed release, so that lint can check its images again.
  init(
    of manifest: Manifest, identity: String, images: [FirmwareImage], _ options: ReleaseOptions, _ project: ProjectFile,
    in environment: Environment
  ) throws(Failure) {
    self.project = project
    self.images = images
    template = try project.template(orNamed: options.template, in: environment)
    (name, version, askedVersion) = (manifest.name, manifest.version, manifest.version)
    sequence = manifest.sequence
    signed = SignedRelease(vendor: manifest.vendor, deviceClass: manifest.deviceClass, identity: identity)
  }

  init(_ options: ReleaseOptions, in environment: Environment) throws(Failure) {
    try self.init(options, in: environment) { choice throws(Failure) in
      try FirmwareImage(options.file, slot: 0, choice, in: environment)
    }
  }

  init(
    _ options: ReleaseOptions, in environment: Environment, image: (ImageChoice) throws(Failure) -> FirmwareImage
  ) throws(Failure) {
    let project = try ProjectFile.find(in: environment)
    self.project = project
    template = try project.template(orNamed: options.template, in: environment)
    let image = try image(ImageChoice(options, project, template, slot: 0))
    var images = [image]
    let slots = options.slots.isEmpty ? project.slots : options.slots
    for slot in slots.keys.sorted() {
      guard let path = slots[slot] else { continue }
      guard slot > 0 else {
        throw Failure(.usage, "slot 0 is the file that is signed", hint: "use --slot N=FILE for slots above 0")
      }
      let choice = try ImageChoice(options, project, template, slot: slot)
      images.append(try FirmwareImage(path, slot: slot, choice, in: environment))
    }
    self.images = images
    try options.checkChoices(of: images)
    let asked = options.version ?? environment.variables["ASVIN_PACK_VERSION"]
    askedVersion = try asked.map { text throws(Failure) in try Name(version: text) }
    let version =
      if let askedVersion {
        askedVersion
      } else if let found = image.version {
        found
      } else if let text = project.version ?? environment.describeSource() {
        try Name(version: text)
      } else {
        nil as Name?
      }
    self.version = version
    name = try Self.name(options.name ?? project.name, of: image)
    sequence = options.sequence ?? version?.derivedSequence
  }

  /// The name: from an option, otherwise from the image, otherwise from the file, if these are valid names.
  private static func name(_ asked: String?, of image: FirmwareImage) throws(Failure) -> Name? {
    guard let asked else { return image.description.projectName.flatMap { Name($0) } ?? Name(image.stem) }
    guard let name = Name(asked) else {
      throw Failure(.usage, "'\(asked)' is not a product name", hint: "use letters, digits and . + _ -, at most 64")
    }
    return name
  }
}

extension Name {
  fileprivate init(version text: String) throws(Failure) {
    guard let name = Name(text) else {
      throw Failure(
        .usage, "'\(text)' is not a version",
        hint: "use letters, digits and . + _ -, at most 64; give another with --fw-version")
    }
    self = name
  }
}
