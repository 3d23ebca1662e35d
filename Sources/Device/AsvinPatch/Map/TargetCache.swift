/// Targets that moved to another place than the map predicts, with their shifts. A shift is found by the target itself,
/// by its block of 256 bytes, or by its block of 4096 bytes.
///
/// Its functions are `mutating` so that a device passes a pointer to it and no copy.
@safe
struct TargetCache {
  /// The nearness that a target must have to a known one.
  enum Nearness: UInt32, CaseIterable {
    case same, near, far

    /// The number of low bits of a target that do not count, less one, because a key in use has its lowest bit set.
    var bits: UInt32 { self == .same ? 0 : self == .near ? 7 : 11 }
  }

  private let entries: UnsafeMutablePointer<(key: UInt32, shift: UInt32)>
  /// The number of entries for targets. There are half as many for blocks of 256 bytes, and a quarter for 4096 bytes.
  private let targets: UInt32

  static func bytes(_ targets: UInt32) -> Int { 2 * 4 * Int(targets) * 7 / 4 }

  init(targets: UInt32, in workspace: inout PatchWorkspace) {
    self.targets = targets
    unsafe entries = workspace.take(Int(targets) * 7 / 4, of: (key: UInt32, shift: UInt32).self)
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func shift(_ nearness: Nearness, _ target: UInt32) -> UInt32? {
    let (place, key) = entry(nearness, target)
    return unsafe entries[place].key == key ? entries[place].shift : nil
  }

  /// The shift of the target itself, or of its neighbourhood.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  mutating func shift(of target: UInt32) -> UInt32? { shift(.same, target) ?? shift(.near, target) }

  mutating func learn(_ target: UInt32, shift: UInt32) {
    var level: UInt32 = 3
    while level > 0 {
      level &-= 1
      let (place, key) = entry(Nearness(rawValue: level) ?? .same, target)
      unsafe entries[place] = (key, shift)
    }
  }

  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func entry(_ nearness: Nearness, _ target: UInt32) -> (place: Int, key: UInt32) {
    let key = target &>> nearness.bits
    let hash = ((nearness == .same ? key : key >> 1) &* 0x9E37_79B1) >> 16
    // The tables follow each other, each half as long as the one before.
    let count = targets &>> nearness.rawValue
    return (Int(truncatingIfNeeded: 2 &* (targets &- count) &+ hash & (count &- 1)), key | 1)
  }
}
