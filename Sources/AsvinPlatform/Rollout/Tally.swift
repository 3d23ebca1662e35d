/// How many devices are in which state. It stands beside a rollout, so that no decision counts its devices.
public struct Tally: Equatable, Sendable {
  /// Devices that were offered it, and have not begun.
  public var offered = 0
  /// Devices that are fetching it.
  public var downloading = 0
  /// Devices that have written it.
  public var installed = 0
  /// Devices that run it.
  public var confirmed = 0
  /// Devices that gave up.
  public var failed = 0
  /// Devices that had it already.
  public var skipped = 0

  /// No devices.
  public init() {}

  /// Devices that a wave has let in.
  public var admitted: Int { offered + downloading + installed + confirmed + failed }

  /// Adds to the count of a state.
  mutating func add(_ number: Int, to state: DeviceRecord.State) {
    switch state {
    case .offered: offered += number
    case .downloading: downloading += number
    case .installed: installed += number
    case .confirmed: confirmed += number
    case .failed: failed += number
    case .skipped: skipped += number
    }
  }

  /// Devices for which a rollout is a success.
  func succeeded(_ rules: BatchRules) -> Int { confirmed + (rules.success == .installed ? installed : 0) }
}
