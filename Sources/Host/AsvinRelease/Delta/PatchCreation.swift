package import AsvinHost
import AsvinBundle
package import AsvinPatch
package import AsvinPatchBuilder

/// Makes a patch from one image to another, and proves it.
package struct PatchCreation: Sendable {
  /// The base: an image, or a bundle.
  package var old: String
  /// The result: an image, or a bundle.
  package var new: String
  /// The slot whose image is taken out of a bundle.
  package var slot: UInt64 = 0
  /// Where the patch goes.
  package var output: String
  /// How much memory it is applied in; `nil` takes what the image looks made for.
  package var profile: Profile?
  /// The machine code; `nil` tries all.
  package var set: InstructionSet?
  /// How the result is written over the base; `nil` where it goes to another slot.
  package var inPlace: InPlaceOptions?
  /// How long to look for a smaller patch.
  package var effort = Effort.normal
  /// Whether an existing file is replaced.
  package var force = false

  /// A patch between two files.
  package init(from old: String, to new: String, output: String) {
    self.old = old
    self.new = new
    self.output = output
  }

  /// Makes the patch. The file appears only after the patch has given the new image back.
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
        output: output, size: patch.size, oldSize: Int(base.source.count), newSize: Int(result.source.count),
        ratio: Double(patch.size) / Double(result.source.count), memory: patch.memory, profile: patch.profile.name,
        instructionSet: patch.set.name, seconds: seconds, inPlace: patch.wear.map(InPlaceReport.init))
    }
  }
}

extension PatchCreation {
  private typealias Made = (size: Int, memory: Int, profile: Profile, set: InstructionSet, wear: Wear?)

  /// Long images go in parts, unless a profile is asked for that knows none.
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
  /// The patch's size, as a part of the result's.
  package let ratio: Double
  /// Bytes of RAM that applying needs, beside the applier itself and its stack.
  package let memory: Int
  /// The profile's name.
  package let profile: String
  /// The machine code that it was made for.
  package let instructionSet: String
  /// Seconds of processor time that making it took, of all cores.
  package let seconds: Double
  /// What writing over the base needs, and what it costs the flash.
  package let inPlace: InPlaceReport?
}

extension Profile {
  /// The name on the command line.
  package var name: String { "\(self)" }
}

extension InstructionSet {
  /// The name on the command line.
  package var name: String { "\(self)" }
}
