/// The reason why a patch cannot be applied, and the place in the patch.
public struct PatchError: Error, Equatable, Sendable {
  /// The kinds of defect.
  public enum Reason: Equatable, Sendable {
    /// The bytes do not start like a patch.
    case notAPatch
    /// The patch has a later format, or a profile or instruction set that is not known here or was left out of the
    /// build.
    case unknownFormat
    /// The patch is for a base of another size.
    case wrongBase
    /// The result would be longer than its slot.
    case resultTooLong
    /// The map has more covers than its profile allows.
    case mapTooLong
    /// A cover lies outside an image, overlaps another, or is empty.
    case badCover
    /// A run of literals extends over the end of its gap.
    case badRun
    /// A window lies outside the result.
    case badWindow
    /// The patch ends before its result does.
    case truncated
    /// Bytes follow the patch's end.
    case trailingBytes
    /// The result is not the one that the header names.
    case wrongResult
  }

  /// The kind of defect.
  public let reason: Reason
  /// Bytes of the patch that were consumed when the defect was found.
  public let offset: UInt64

  package init(_ reason: Reason, at offset: UInt64) {
    self.reason = reason
    self.offset = offset
  }
}
