public import AsvinVerifier

/// Why an installation failed, and where in what was given.
public struct InstallError: Error, Equatable, Sendable {
  /// The reason, from the one table.
  public let reason: Reason
  /// Bytes of the stream that were taken when it showed; of a slot that is read back, the image's.
  public let offset: UInt64

  /// An error at a place.
  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
