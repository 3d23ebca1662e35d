public import AsvinVerifier

/// Why an installation failed, and where.
public struct InstallError: Error, Equatable, Sendable {
  /// The reason, from the common table.
  public let reason: Reason
  /// Bytes of the stream that were accepted when it was found; for a slot that is read back, those of the image.
  public let offset: UInt64

  /// An error at an offset.
  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
