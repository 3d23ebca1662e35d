package import AsvinHost
import AsvinBundle
package import AsvinPatch
package import AsvinPatchBuilder
import AsvinPatchHost

/// Makes a patch from one image to another and verifies that it reproduces the result.
package struct PatchCreation: Sendable {
  /// The base: an image, or a bundle.
  package var old: String
  /// The result: an image, or a bundle.
  package var new: String
  /// The slot whose image is read from a bundle.
  package var slot: UInt64 = 0
  /// The path of the patch.
  package var output: String
  /// The profile of the device, or `nil` for the one that fits the image.
  package var profile: Profile?
  /// The instruction set, or `nil` to try all.
  package var set: InstructionSet?
  /// The options of an in-place update, or `nil` if the result is written to another slot.
  package var inPlace: InPlaceOptions?
  /// The effort of the search for a smaller patch.
  package var effort = Effort.normal
  /// Whether an existing file is replaced.
  package var force = false

  package init(from old: String, to new: String, output: String) {
    self.old = old
    self.new = new
    self.output = output
  }

  /// Makes the patch. The file appears only after the patch has reproduced the new image.
  ///
  /// - Throws: ``Failure``.
  package func run(in environment: Environment) throws(Failure) -> PatchReport {
    let environment = environment.oneRun()
    let base = try SlotImage(base: old, slot: slot, in: environment)
    let result = try SlotImage(new, slot: slot, in: environment)
    return try explaining(new) {
      let file = try environment.output(output, force: force, durability: .remade)
      let start = ThisProcess.processorSeconds
      let patch = try create(from: base, to: result, in: environment) { try file.write($0) }
      let seconds = ThisProcess.processorSeconds - start
      try file.commit()
      return PatchReport(
        output: output, size: patch.size, oldSize: Int(base.source.size), newSize: Int(result.source.size),
        ratio: Double(patch.size) / Double(result.source.size), memory: patch.memory, profile: patch.profile.name,
        instructionSet: patch.set.name, seconds: seconds, inPlace: patch.wear.map(InPlaceReport.init))
    }
  }
}

extension PatchCreation {
  private typealias Made = (size: Int, memory: Int, profile: Profile, set: InstructionSet, wear: Wear?)

  /// Long images are patched in parts, unless the requested profile does not support that.
  private func create(
    from base: SlotImage, to result: SlotImage, in environment: Environment, _ give: ([UInt8]) throws -> Void
  ) throws -> Made {
    let isForLinux = profile == nil || profile == .linux
    if base.isLong || result.isLong, isForLinux, inPlace == nil {
      let patch = try LongPatch.write(
        from: base.long, to: result.long, set: set, effort: effort, progress: environment.progress, to: give)
      return (patch.size, patch.memory, .linux, patch.set, nil)
    }
    let (old, new) = (try base.bytes(), try result.bytes())
    let patch = try PatchBuilder.patch(
      from: old, to: new, profile: profile, set: set, inPlace: try inPlace?.checked(old.count, new.count),
      effort: effort, progress: environment.progress)
    try give(patch.bytes)
    return (patch.bytes.count, patch.memory, patch.profile, patch.set, patch.wear)
  }
}

/// A patch that was made.
package struct PatchReport: Encodable, Sendable {
  /// The file.
  package let output: String
  /// Bytes of the patch.
  package let size: Int
  /// Bytes of the base.
  package let oldSize: Int
  /// Bytes of the result.
  package let newSize: Int
  /// The size of the patch divided by the size of the result.
  package let ratio: Double
  /// Bytes of RAM for applying the patch, in addition to the applier and its stack.
  package let memory: Int
  /// The profile's name.
  package let profile: String
  /// The instruction set that it was made for.
  package let instructionSet: String
  /// Seconds of processor time on all cores.
  package let seconds: Double
  /// The areas that an in-place update needs, and the wear that it causes.
  package let inPlace: InPlaceReport?
}

extension Profile {
  /// The name on the command line. It is written out because an interpolated case is read by reflection, which costs each
  /// start of the program a millisecond.
  package var name: String {
    switch self {
    case .standard: "standard"
    case .tiny: "tiny"
    case .linux: "linux"
    }
  }
}

extension InstructionSet {
  /// The name on the command line.
  package var name: String {
    switch self {
    case .none: "none"
    case .thumb: "thumb"
    case .a32: "a32"
    case .aarch64: "aarch64"
    case .riscv: "riscv"
    case .xtensa: "xtensa"
    case .avr: "avr"
    case .x86: "x86"
    }
  }
}
