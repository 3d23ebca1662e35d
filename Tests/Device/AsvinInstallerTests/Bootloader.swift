/// A bootloader that acts by a record of its own, as those of ESP-IDF and MCUboot do: it starts a slot once, and goes back
/// unless it is set to keep it.
struct Bootloader {
  private var kept: UInt32 = 0
  private var next: UInt32?

  /// Starts the slot once.
  mutating func startNext(_ slot: UInt32) { next = slot }
  /// Keeps a slot.
  mutating func keep(_ slot: UInt32) { (kept, next) = (slot, nil) }

  /// Which slot a start runs.
  mutating func start() -> UInt32 {
    defer { next = nil }
    return next ?? kept
  }
}
