/// Targets that were seen to go elsewhere than the map says, and how far what stands near them went: by the target, by
/// its 256 bytes and by its 4096 bytes.
@safe
struct TargetCache {
  private let keys: UnsafeMutablePointer<UInt32>
  private let shifts: UnsafeMutablePointer<UInt32>

  /// How many targets are kept; half as many of 256 bytes, and a quarter of 4096 bytes.
  private let targets: UInt32

  static func bytes(_ targets: UInt32) -> Int { 2 * 4 * Int(targets) * 7 / 4 }

  init(targets: UInt32, in workspace: inout Workspace) {
    self.targets = targets
    let entries = Int(targets) * 7 / 4
    unsafe keys = workspace.take(entries, of: UInt32.self)
    unsafe shifts = workspace.take(entries, of: UInt32.self)
    // A key in use is never 0: it has its lowest bit set.
    for index in 0..<entries { unsafe keys[index] = 0 }
  }

  func shift(of target: UInt32) -> UInt32? { look(up: target, exact(target)) }
  func nearShift(of target: UInt32) -> UInt32? { look(up: target >> 7, near(target)) }
  func farShift(of target: UInt32) -> UInt32? { look(up: target >> 11, far(target)) }

  func learn(_ target: UInt32, shift: UInt32) {
    put(target, shift, exact(target))
    put(target >> 7, shift, near(target))
    put(target >> 11, shift, far(target))
  }

  private func look(up key: UInt32, _ place: Int) -> UInt32? {
    unsafe keys[place] == key | 1 ? shifts[place] : nil
  }

  private func put(_ key: UInt32, _ shift: UInt32, _ place: Int) {
    unsafe keys[place] = key | 1
    unsafe shifts[place] = shift
  }

  private func exact(_ target: UInt32) -> Int { Int(Self.hash(target) & (targets &- 1)) }
  private func near(_ target: UInt32) -> Int { Int(targets &+ (Self.hash(target >> 8) & (targets / 2 &- 1))) }
  private func far(_ target: UInt32) -> Int {
    Int(targets &+ targets / 2 &+ (Self.hash(target >> 12) & (targets / 4 &- 1)))
  }
  private static func hash(_ value: UInt32) -> UInt32 { (value &* 0x9E37_79B1) >> 16 }
}
