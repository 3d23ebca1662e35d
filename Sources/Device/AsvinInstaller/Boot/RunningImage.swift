public import AsvinManifest

/// The image that really runs, as the firmware or its bootloader knows it.
public struct RunningImage: Sendable {
  /// The slot that it runs from, among those that a bootloader chooses from.
  public let slot: UInt32
  /// SHA-256 of the image, or zeros if it is not known. If it is known, it identifies the image, and not the slot,
  /// because a bootloader that swaps images runs all of them from one slot.
  let image: Digest
  let isImageKnown: Bool

  /// Creates the image that runs from a slot.
  public init(slot: UInt32, image: Digest? = nil) {
    self.init(slot: slot, image: image ?? Digest(), isImageKnown: image != nil)
  }

  /// Creates the image that runs from a slot. `image` is zeros if it is not known.
  package init(slot: UInt32, image: Digest, isImageKnown: Bool) {
    (self.slot, self.image, self.isImageKnown) = (slot, image, isImageKnown)
  }

  /// No image runs yet, because a bootloader asks which one to start.
  public static var nothing: RunningImage { RunningImage(slot: .max) }

  var isUnknown: Bool { slot == .max }
}
