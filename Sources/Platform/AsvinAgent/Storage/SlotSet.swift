import AsvinCrypto
import AsvinPlatformAPI
import AsvinVerifier
import AsvinManifest

/// One of the two sets of slots, each of which has a complete release. One set runs and the other one is free. Files,
/// options and messages call them bank `a` and bank `b`.
enum SlotSet: String, Codable, CaseIterable, Sendable {
  case a
  case b

  var other: SlotSet { self == .a ? .b : .a }

  /// The slot in the boot state.
  var slot: UInt32 { self == .a ? 0 : 1 }
}

/// The release in a slot set.
struct SlotSetContent: Codable, Equatable, Sendable {
  /// SHA-256 of the manifest; empty for the factory image.
  var release: String
  var version: String
  var sequence: UInt64
  var images: [InstalledSlot]
  /// The rollout that the release came from.
  var rollout: Int64?
  /// Whether the release was ever confirmed. The rollback floor is restored from this if the boot record is lost.
  var isConfirmed: Bool?
}

/// The releases in both slot sets. The boot record decides which set runs.
struct SlotSets: Codable, Equatable, Sendable {
  var a: SlotSetContent?
  var b: SlotSetContent?
  /// The slot set with an older confirmed release that the boot loader started in place of the newest one.
  var fallback: SlotSet?

  subscript(slotSet: SlotSet) -> SlotSetContent? {
    get { slotSet == .a ? a : b }
    set { if slotSet == .a { a = newValue } else { b = newValue } }
  }

  /// Returns the slot set that has a release with a sequence number.
  func slotSet(of sequence: UInt64) -> SlotSet? { SlotSet.allCases.first { self[$0]?.sequence == sequence } }

  /// The confirmed release with the highest sequence number.
  var newestConfirmed: SlotSetContent? {
    SlotSet.allCases.compactMap { self[$0] }.filter { $0.isConfirmed == true }.max { $0.sequence < $1.sequence }
  }
}

extension SlotSetContent {
  /// The images in the form of the verifier.
  var installed: [InstalledImage] {
    images.compactMap { image in
      Digest(hexadecimal: image.digest).map { InstalledImage(slot: image.slot, size: image.size, digest: $0) }
    }
  }
}
