package import AsvinPlatformAPI

/// How fast a rollout in waves proceeds.
package struct Pace: Equatable, Sendable {
  /// Seconds of the rollout's running time for which a wave must have reached its success threshold before the next wave
  /// opens.
  package var soak: Int64
  /// The number of devices that may update at the same time; `nil` for any number.
  package var atOnce: Int?
  /// Bytes of payloads that are offered in a second on average; `nil` for any number.
  package var bytesPerSecond: Int64?
  /// How a stalled device counts.
  package var stalled: StalledRule

  package init(
    soak: Int64 = 0, atOnce: Int? = nil, bytesPerSecond: Int64? = nil, stalled: StalledRule = .failure
  ) {
    self.soak = soak
    self.atOnce = atOnce
    self.bytesPerSecond = bytesPerSecond
    self.stalled = stalled
  }

  var isInRange: Bool {
    (0...PlatformLimit.rolloutSeconds).contains(soak) && (1...1_000_000_000).contains(atOnce ?? 1)
      && (1...PlatformLimit.rolloutBytesPerSecond).contains(bytesPerSecond ?? 1)
  }
}
