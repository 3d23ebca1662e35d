package import AsvinHost
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
  package func run(in environment: Environment) throws(Failure) -> ApplicationReport {
    guard maximum > 0 else {
      throw Failure(.usage, "a result of at most 0 bytes is no image", hint: "give --max-size 1 or more, in bytes")
    }
    let environment = environment.oneRun()
    let base = try SlotImage(base: old, slot: slot, in: environment)
    return try explaining(patch) {
      let input = try environment.input(patch)
      let file = try environment.output(output, force: force, durability: .remade)
      var hash = SHA256()
      let size = try apply(input, to: base) { piece in
        hash.update(piece)
        try file.write(piece)
      }
      try file.commit()
      return ApplicationReport(output: output, size: size, sha256: hash.finish().hexadecimal)
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
