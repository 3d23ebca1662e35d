public import AsvinVerifier

/// The reason for a failed installation, and the offset where it was found.
public struct InstallError: Error, Equatable, Sendable {
  /// The reason.
  public let reason: Reason
  /// The number of bytes of the stream that were accepted before the failure. If the image that was read back is wrong,
  /// the size of the image.
  public let offset: UInt64

  /// An error at an offset.
  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
