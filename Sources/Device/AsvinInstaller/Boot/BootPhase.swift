/// The state of an update after it was installed.
public enum BootPhase: UInt32, Sendable {
  /// No update is under way. The confirmed slot is started.
  case confirmed = 0x3CA5_965A
  /// An update is in its slot. The next start tries it.
  case pending = 0x5A69_C33C
  /// The update runs on trial, or is about to.
  case trial = 0x965A_3CA5
  /// The update was given up while it ran. The next start runs the confirmed slot.
  case leaving = 0xC396_5AA5
}

/// The slot to run, as decided at a start.
public enum BootStart: Equatable, Sendable {
  /// The confirmed slot. No update is under way. The slot is `UInt32.max` while an image is being rewritten in place,
  /// because then no slot can be started.
  case confirmed(UInt32)
  /// The slot of the update on trial. If the update does not confirm itself, a later start reverts it.
  case trial(UInt32)
  /// The confirmed slot. An update did not start or was not confirmed, and is given up.
  case reverted(UInt32)
}
