/// Why a patch cannot be applied, and where in the patch that shows.
public struct PatchError: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The bytes do not begin like a patch.
    case notAPatch
    /// The patch has a later format, or a profile or machine code that is not known here or was left out.
    case unknownFormat
    /// The patch is for a base of another size.
    case wrongBase
    /// The result would be longer than its place.
    case resultTooLong
    /// The map has more covers than its profile allows.
    case mapTooLong
    /// A cover lies outside an image, overlaps another, or is empty.
    case badCover
    /// A run of literals reaches over its gap.
    case badRun
    /// A window lies outside the result.
    case badWindow
    /// The patch ends before its result does.
    case truncated
    /// Bytes follow the patch's end.
    case trailingBytes
    /// What came out is not the result that the header names.
    case wrongResult
  }

  /// What is wrong.
  public let reason: Reason
  /// Bytes of the patch that were taken when it showed.
  public let offset: UInt64

  /// An error at a place.
  public init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
