/// How much memory a patch is applied in.
public enum Profile: UInt8, CaseIterable, Sendable {
  /// 40 KiB, all in all.
  case standard
  /// 20 KiB, all in all.
  case tiny
  /// A few MiB.
  case linux

  var hitBits: UInt32 { choose(11, 9, 16) }
  var literalBits: UInt32 { choose(12, 11, 20) }
  /// Covers in the map.
  public var mapCapacity: Int { Int(choose(512, 156, 8192)) }
  var targets: UInt32 { choose(256, 128, 8192) }

  private func choose(_ standard: UInt32, _ tiny: UInt32, _ linux: UInt32) -> UInt32 {
    switch self {
    case .standard: standard
    case .tiny: tiny
    case .linux: linux
    }
  }
}
