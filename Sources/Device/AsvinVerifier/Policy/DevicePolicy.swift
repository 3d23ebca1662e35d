public import AsvinManifest

/// The policy of a device, against which a release is checked.
public struct DevicePolicy: ~Escapable {
  /// A demand that is made, or that is left out on purpose.
  public enum Demand<Value: Sendable>: Sendable {
    /// The release must meet this.
    case required(Value)
    /// Not checked. For inspection on a host; a device that leaves a demand out accepts other devices' releases.
    case unchecked
  }

  /// The vendor id.
  public var vendor: Demand<Identifier>
  /// The class id.
  public var deviceClass: Demand<Identifier>
  /// The rollback floor: the release's sequence number must be above it.
  public var floor: Demand<UInt64>
  /// How far above the floor a sequence number may be. One release with the highest number of all would end all releases.
  var longestStep: UInt64
  /// The sequence number of what the device runs, where it knows.
  public var sequence: UInt64?
  /// The slots that the device has, and those that a release must have.
  var slots: Demand<DeviceSlots>
  /// The feature bits of payloads that the device can apply.
  var features: UInt64
  /// Bytes of RAM that the device has for applying a patch; 0 where it accepts complete images only.
  var memory: UInt64
  /// Bytes of RAM that the device has for a block of a sealed stream; `nil` where the block is a part of ``memory``.
  var blockMemory: UInt64?
  /// The images in the device's slots, where it knows.
  public var installed: Span<InstalledImage>
  /// Payloads that have failed on this device, of each component: bit n for the nth one. The next best is chosen.
  public var excludedPayloads: UInt32 = 0
  /// The only slot that a payload is chosen for; ``unchecked`` for all. A device that asks for one component after the
  /// other knows the images of the other slots only when it asks for them.
  package var chosenSlot: Demand<UInt64> = .unchecked

  /// The longest step of a device that states none: 2⁴⁸.
  ///
  /// A number that is derived from a version of three parts is below 2³⁶, one of three parts of 16 bits below 2⁴⁸, and
  /// one that counts seconds or milliseconds, or is a date and time in decimal digits, below 2⁴⁵. It takes 65 536 releases
  /// of this step to reach the highest number.
  package static var usualStep: UInt64 { 1 << 48 }

  /// A device that accepts complete images only. The demands have no default, so that leaving one out is visible.
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
