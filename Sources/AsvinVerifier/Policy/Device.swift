public import AsvinWire

/// What a release is measured against: the device that would install it.
public struct Device: ~Escapable {
  /// A demand that is made, or that is knowingly left out.
  public enum Demand<Value: Sendable>: Sendable {
    /// The release must meet this.
    case required(Value)
    /// Not asked. For inspection on a host; a device that leaves a demand out accepts other devices' releases.
    case unchecked
  }

  /// The vendor id.
  public var vendor: Demand<Identifier>
  /// The class id.
  public var deviceClass: Demand<Identifier>
  /// The rollback floor: the release's sequence number must be above it.
  public var floor: Demand<UInt64>
  /// The sequence number of what the device runs, where it knows.
  public var sequence: UInt64?
  /// The feature bits of payloads that the device can apply.
  public var features: UInt64
  /// Bytes of RAM that the device has for applying a patch.
  public var memory: UInt64
  /// The images in the device's slots, where it knows.
  public var installed: Span<InstalledImage>

  /// A device that takes whole images only. The demands have no default: leaving one out is written down.
  @_lifetime(copy installed)
  public init(
    vendor: Demand<Identifier>, deviceClass: Demand<Identifier>, floor: Demand<UInt64>, sequence: UInt64?,
    features: UInt64 = 0, memory: UInt64 = 0, installed: Span<InstalledImage> = Span()
  ) {
    self.vendor = vendor
    self.deviceClass = deviceClass
    self.floor = floor
    self.sequence = sequence
    self.features = features
    self.memory = memory
    self.installed = installed
  }
}

/// The image in one of a device's slots.
public struct InstalledImage: Sendable {
  /// The slot.
  public let slot: UInt64
  /// Bytes of the image.
  public let size: UInt64
  /// SHA-256 of the image.
  public let digest: Digest

  /// An image of its parts.
  public init(slot: UInt64, size: UInt64, digest: Digest) {
    self.slot = slot
    self.size = size
    self.digest = digest
  }
}
