public import AsvinManifest

/// The image that really runs, as the firmware or its bootloader knows it.
public struct RunningImage: Sendable {
  /// The slot that it runs from, among those that a bootloader chooses from.
  public let slot: UInt32
  /// SHA-256 of the image, where it is known. It decides which image runs, because a bootloader that swaps images runs
  /// all of them from one slot.
  let image: Digest
  let isImageKnown: Bool

  /// The image that runs from a slot.
  public init(slot: UInt32, image: Digest? = nil) {
    (self.slot, self.image, isImageKnown) = (slot, image ?? Digest(), image != nil)
  }

  /// Nothing runs yet: a bootloader asks what to start.
  public static var nothing: RunningImage { RunningImage(slot: .max) }

  var isUnknown: Bool { slot == .max }

  /// Whether another image runs than the confirmed one.
  func differs(from record: BootRecord) -> Bool {
    !isUnknown && slot != record.confirmedSlot && !(isImageKnown && image == record.confirmedImage)
  }
}
