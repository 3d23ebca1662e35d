/// The progress of an update that is installed.
public enum BootPhase: UInt32, Sendable {
  /// The slot to start is confirmed.
  case confirmed = 0x3CA5_965A
  /// An update is in its slot: the next start tries it.
  case pending = 0x5A69_C33C
  /// The update runs on trial, or is about to.
  case trial = 0x965A_3CA5
  /// The update was given up while it ran: the next start runs what is confirmed.
  case leaving = 0xC396_5AA5
}

/// The answer to a start: which slot is to run.
public enum BootStart: Equatable, Sendable {
  /// The confirmed slot. No update is under way. `UInt32.max` while a slot is being rewritten, because then there is
  /// nothing to start.
  case confirmed(UInt32)
  /// The update, on trial: it confirms itself, or a later start reverts it.
  case trial(UInt32)
  /// The confirmed slot: an update was not started or not confirmed, and is given up.
  case reverted(UInt32)
}
