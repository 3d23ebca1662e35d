import AsvinBundle
import AsvinCrypto
import AsvinPatch
import AsvinPatchBuilder

/// Applies a patch to an image.
package struct PatchApplication: Sendable {
  /// The base: an image, or a bundle.
  package var old: String
  /// The patch.
  package var patch: String
  /// The slot whose image is taken out of a bundle.
  package var slot: UInt64 = 0
  /// Where the result goes.
  package var output: String
  /// Bytes of the result at most.
  package var maximum = Self.usualMaximum
  /// More than any image of a device has that is updated whole, and little enough to be held in memory.
  package static let usualMaximum: UInt64 = 1 << 30
  /// Whether an existing file is replaced.
  package var force = false

  /// An application of a patch to a file.
  package init(old: String, patch: String, output: String) {
    self.old = old
    self.patch = patch
    self.output = output
  }

  /// Applies the patch. The file appears only when the result is what the patch names.
  ///
  /// - Throws: ``Failure``.
  package func run(in surroundings: Surroundings) throws(Failure) -> ApplicationReport {
    guard maximum > 0 else {
      throw Failure(.usage, "a result of at most 0 bytes is no image", hint: "give --max-size 1 or more, in bytes")
    }
    let surroundings = surroundings.oneRun()
    let base = try SlotImage(base: old, slot: slot, in: surroundings)
    do {
      let input = try surroundings.input(patch)
      let file = try surroundings.output(output, force: force, durability: .remade)
      var hash = SHA256()
      let size = try apply(input, to: base) { piece in
        hash.update(piece)
        try file.write(piece)
      }
      try file.commit()
      return ApplicationReport(output: output, size: size, sha256: hash.finish().hexadecimal)
    } catch {
      throw Failure(error, on: patch)
    }
  }
}

extension PatchApplication {
  private func apply(
    _ input: InputFile, to base: SlotImage, _ give: ([UInt8]) throws -> Void
  ) throws -> Int {
    let maximum = Int(clamping: maximum)
    if try input.read(at: 0, count: 1) == [LongPatch.magic] {
      return try LongPatch.apply(LongImage(input), to: base.long, maximum: maximum, to: give)
    }
    guard input.count <= UInt64(PatchBuilder.imageBytes) else {
      throw Failure(.rejected, "'\(patch)' has more than \(PatchBuilder.imageBytes) bytes")
    }
    let result = try PatchBuilder.apply(
      input.read(at: 0, count: Int(input.count)), to: base.bytes(), maximum: min(maximum, PatchBuilder.imageBytes))
    try give(result)
    return result.count
  }
}

/// An image that a patch made.
package struct ApplicationReport: Encodable, Sendable {
  /// The file.
  package let output: String
  /// Bytes.
  package let size: Int
  /// SHA-256.
  package let sha256: String
}

extension Failure {
  init(_ error: DeltaError, on name: String) {
    switch error {
    case .imageTooLong: self.init(.rejected, "'\(name)' has more than \(PatchBuilder.imageBytes) bytes")
    case .imageChanged: self.init(.failed, "'\(name)' was changed while it was read")
    case .notProved: self.init(.failed, "the patch to '\(name)' does not give it back", hint: "report this as a defect")
    case .badRecipe(let place):
      self.init(.rejected, "'\(name)' cannot be applied: its recipe at byte \(place) does not fit")
    case .patch(let error):
      let hint: String? =
        switch error.reason {
        case .wrongBase: "apply it to the image that it was made from"
        case .resultTooLong: "raise --max-size where the patch is from a source that is trusted"
        case .truncated, .trailingBytes, .wrongResult: "get the patch again from where it was made"
        default: nil
        }
      self.init(.rejected, "'\(name)' cannot be applied: \(error.reason.words) at byte \(error.offset)", hint: hint)
    }
  }
}

extension PatchError.Reason {
  fileprivate var words: String {
    switch self {
    case .notAPatch: "it is no patch"
    case .unknownFormat: "its format is not known"
    case .wrongBase: "it is for another base"
    case .resultTooLong: "its result is too long"
    case .mapTooLong: "its map has too many covers"
    case .badCover: "a cover lies outside its image"
    case .badRun: "a run of literals is too long"
    case .badWindow: "a window lies outside the result"
    case .truncated: "it is cut"
    case .trailingBytes: "bytes follow its end"
    case .wrongResult: "its result is not the one it names"
    }
  }
}
