/// The progress of an update that is installed.
public enum BootPhase: UInt32, Sendable {
  /// What is to run is confirmed.
  case confirmed = 0x3CA5_965A
  /// An update is in its slot: the next start tries it.
  case pending = 0x5A69_C33C
  /// The update runs on trial, or is about to.
  case trial = 0x965A_3CA5
  /// The update was given up while it ran: the next start runs what is confirmed.
  case leaving = 0xC396_5AA5
}

/// What a start is to run, and from which slot.
public enum BootStart: Equatable, Sendable {
  /// What is confirmed. No update is under way.
  case confirmed(UInt32)
  /// The update, on trial: it confirms itself, or a later start reverts it.
  case trial(UInt32)
  /// What is confirmed: an update was not started or not confirmed, and is given up.
  case reverted(UInt32)
}
