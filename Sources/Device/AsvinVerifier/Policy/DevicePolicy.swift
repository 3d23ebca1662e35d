public import AsvinManifest

/// The policy of a device, against which a release is checked.
public struct DevicePolicy: ~Escapable {
  /// A demand that a release must meet, or one that is not checked on purpose.
  public enum Demand<Value: Sendable>: Sendable {
    /// The release must meet this.
    case required(Value)
    /// Not checked. Only for inspection on a host, because a device without the demand accepts releases for other
    /// devices.
    case unchecked
  }

  /// The vendor id.
  public var vendor: Demand<Identifier>
  /// The class id.
  public var deviceClass: Demand<Identifier>
  /// The rollback floor: the release's sequence number must be above it.
  public var floor: Demand<UInt64>
  /// The largest distance of a sequence number from the floor. Otherwise a release with the highest number could never
  /// be followed by another release.
  var longestStep: UInt64
  /// The sequence number of the running release, if the device knows it.
  public var sequence: UInt64?
  /// The slots that the device has, and those that a release must have.
  var slots: Demand<DeviceSlots>
  /// The feature bits of payloads that the device can apply.
  var features: UInt64
  /// Bytes of RAM that the device has for applying a patch; 0 where it accepts complete images only.
  var memory: UInt64
  /// Bytes of RAM that the device has for a block of a sealed stream; `nil` where the block is a part of ``memory``.
  var blockMemory: UInt64?
  /// The images in the device's slots, as far as the device knows them.
  public var installed: Span<InstalledImage>
  /// The payloads that failed on this device: bit n for the nth payload of each component. The next best one is chosen.
  public var excludedPayloads: UInt32 = 0
  /// The slots that a payload is chosen for, as bits. A device that asks for one component after the other knows the
  /// images of the other slots only when it asks for them.
  package var chosenSlots: UInt32 = .max

  /// The longest step of a device that states none: 2⁴⁸. No usual numbering reaches it in one step:
  ///
  /// - A number that asvin-pack derives from a version is below 2³⁶.
  /// - Three parts of 16 bits are below 2⁴⁸.
  /// - Seconds, milliseconds, or a date and time in decimal digits are below 2⁴⁵.
  ///
  /// 65 536 releases of this step reach the highest number.
  package static var usualStep: UInt64 { 1 << 48 }

  /// Creates the policy of a device that accepts complete images only. The demands have no default value, so that a
  /// caller must write each one that is not checked.
  @_lifetime(copy installed)
  public init(
    vendor: Demand<Identifier>, deviceClass: Demand<Identifier>, floor: Demand<UInt64>, sequence: UInt64?,
    slots: Demand<DeviceSlots>, longestStep: UInt64 = 1 << 48, features: UInt64 = 0, memory: UInt64 = 0,
    blockMemory: UInt64? = .max, installed: Span<InstalledImage> = Span()
  ) {
    self.vendor = vendor
    self.deviceClass = deviceClass
    self.floor = floor
    self.longestStep = longestStep
    self.sequence = sequence
    self.slots = slots
    self.features = features
    self.memory = memory
    self.blockMemory = blockMemory
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

  /// Creates an image.
  public init(slot: UInt64, size: UInt64, digest: Digest) {
    self.slot = slot
    self.size = size
    self.digest = digest
  }
}
