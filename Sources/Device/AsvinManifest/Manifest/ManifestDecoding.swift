extension Manifest {
  /// Decodes a manifest's bytes in order to show them. Its signatures are not checked.
  ///
  /// - Throws: ``WireError`` as ``ManifestView``.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    try self.init(ManifestView(bytes.span))
  }

  /// The value of a manifest that was read in place.
  ///
  /// - Throws: ``WireError`` for another format than ours, because its fields may have other meanings.
  public init(_ view: ManifestView) throws(WireError) {
    guard view.format == ManifestSchema.format else { throw WireError(.invalidValue, at: 0) }
    var components: [Component] = []
    var componentCursor = view.components
    while let component = try componentCursor.next() { components.append(try Component(component)) }
    self.init(
      name: Name(copying: view.name), vendor: Identifier(view.vendor) ?? Identifier(),
      deviceClass: Identifier(view.deviceClass) ?? Identifier(), sequence: view.sequence,
      version: Name(copying: view.version), components: components)
    created = view.created
    lowestBase = view.lowestBase
    keySetVersion = view.keySetVersion
    var attachmentCursor = view.attachments
    while let attachment = try attachmentCursor.next() {
      attachments.append(
        Attachment(
          name: Name(copying: attachment.name),
          mediaType: String(decoding: Array(copying: attachment.mediaType), as: UTF8.self), size: attachment.size,
          digest: Digest(attachment.digest) ?? Digest()))
    }
    var factCursor = view.facts
    while let fact = try factCursor.next() { facts.append(Fact(fact)) }
  }
}

extension Component {
  fileprivate init(_ view: ComponentView) throws(WireError) {
    var payloads: [Payload] = []
    var cursor = view.payloads
    while let payload = try cursor.next() { payloads.append(Payload(payload)) }
    self.init(slot: view.slot, size: view.size, digest: Digest(view.digest) ?? Digest(), payloads: payloads)
  }
}

extension Payload {
  fileprivate init(_ view: PayloadView) {
    self.init(kind: view.kind, size: view.size, digest: Digest(view.digest) ?? Digest())
    if let firstLink = Digest(view.firstLink) { seal = Seal(chunk: view.chunk, firstLink: firstLink) }
    if let digest = Digest(view.baseDigest) { base = Base(digest: digest, size: view.baseSize) }
    memory = view.memory
    features = view.features
  }
}

extension Fact {
  fileprivate init(_ view: FactView) {
    let value: Value =
      switch view.head.major {
      case .unsigned: .unsigned(view.head.argument)
      case .negative: .negative(view.head.argument)
      case .bytes: .bytes(Array(copying: view.content))
      case .text: .text(Array(copying: view.content))
      case .simple, .array, .map: .bool(view.head.argument == CBORHead.true)
      }
    self.init(view.key.argument, value)
  }
}
