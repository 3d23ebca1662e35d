package import AsvinHost
package import AsvinPatch

/// Why a patch cannot be made or applied.
package enum DeltaError: Error, Equatable, Sendable {
  /// An image is longer than a patch can express.
  case imageTooLong
  /// An image was changed while it was read.
  case imageChanged
  /// The patch does not reproduce the result and must not be used.
  case notProved
  /// The recipe of a Linux patch cannot be read, or does not fit its base.
  case badRecipe(at: Int)
  /// A patch cannot be applied.
  case patch(PatchError)
}

extension DeltaError: Explained {
  package func failure(on name: String) -> Failure {
    switch self {
    case .imageTooLong: return Failure(.rejected, "'\(name)' has more than \(ImagePatch.imageBytes) bytes")
    case .imageChanged: return Failure(.failed, "'\(name)' was changed while it was read")
    case .notProved:
      return Failure(.failed, "the patch to '\(name)' does not reproduce it", hint: "report this as a defect")
    case .badRecipe(let place):
      return Failure(.rejected, "'\(name)' cannot be applied: its recipe at byte \(place) does not fit")
    case .patch(let error):
      let hint: String? =
        switch error.reason {
        case .wrongBase: "apply it to the image that it was made from"
        case .resultTooLong: "raise --max-size if you trust the source of the patch"
        case .truncated, .trailingBytes, .wrongResult: "get the patch again from its source"
        default: nil
        }
      return Failure(
        .rejected, "'\(name)' cannot be applied: \(error.reason.words) at byte \(error.offset)", hint: hint)
    }
  }
}

extension PatchError.Reason {
  fileprivate var words: String {
    switch self {
    case .notAPatch: "it is not a patch"
    case .unknownFormat: "its format is unknown"
    case .wrongBase: "it is for another base"
    case .resultTooLong: "its result is too long"
    case .mapTooLong: "its map has too many covers"
    case .badCover: "a cover lies outside its image"
    case .badRun: "a run of literals is too long"
    case .badWindow: "a window lies outside the result"
    case .truncated: "it is incomplete"
    case .trailingBytes: "bytes follow its end"
    case .wrongResult: "its result differs from the one that it names"
    }
  }
}
