package import AsvinHost
import AsvinBundle
import AsvinCrypto
import AsvinPatch
import AsvinPatchHost

/// Applies a patch to an image.
package struct PatchApplication: Sendable {
  /// The base: an image, or a bundle.
  package var old: String
  package var patch: String
  /// The slot whose image is read from a bundle.
  package var slot: UInt64 = 0
  /// The path of the result.
  package var output: String
  /// The size limit of the result in bytes.
  package var maximum = Self.usualMaximum
  /// Larger than any image that a device receives complete, and small enough for the memory.
  package static let usualMaximum: UInt64 = 1 << 30
  /// Whether an existing file is replaced.
  package var force = false

  package init(old: String, patch: String, output: String) {
    self.old = old
    self.patch = patch
    self.output = output
  }

  /// Applies the patch. The file appears only if the result has the digest in the patch.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> ApplicationReport {
    guard maximum > 0 else {
      throw Failure(.usage, "a result of at most 0 bytes is not an image", hint: "give --max-size 1 or more, in bytes")
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
    guard input.size <= UInt64(ImagePatch.imageBytes) else {
      throw Failure(.rejected, "'\(patch)' has more than \(ImagePatch.imageBytes) bytes")
    }
    let result = try ImagePatch.apply(
      input.read(at: 0, count: Int(input.size)), to: base.bytes(), maximum: min(maximum, ImagePatch.imageBytes))
    try give(result)
    return result.count
  }
}

/// The result of a patch.
package struct ApplicationReport: Encodable, Sendable {
  /// The file.
  package let output: String
  /// Bytes.
  package let size: Int
  package let sha256: String
}
