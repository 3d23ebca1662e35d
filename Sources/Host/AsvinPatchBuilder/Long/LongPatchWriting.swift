package import AsvinPatchHost
package import AsvinPatch

extension LongPatch {
  /// The amount of each image that is in memory while a patch is made.
  struct Window {
    /// Bytes of a part's result, of its base, and of the blocks that the base is made of.
    var resultBytes = 16 << 20, baseBytes = 32 << 20, blockBytes = 1 << 20
  }

  /// Makes a patch, part after part. Each part is applied and compared before it is written.
  ///
  /// - Parameters:
  ///   - set: the instruction set, if it is known.
  ///   - progress: receives the bytes of the result that are done, and the total.
  ///   - sink: receives the patch.
  /// - Throws: ``DeltaError``, and what reading and the sink throw.
  package static func write(
    from old: LongImage, to new: LongImage, set: InstructionSet? = nil, effort: Effort = .normal,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }, to sink: ([UInt8]) throws -> Void
  ) throws -> BuiltLongPatch {
    try write(from: old, to: new, set: set, effort: effort, window: Window(), progress: progress, to: sink)
  }

  static func write(
    from old: LongImage, to new: LongImage, set: InstructionSet?, effort: Effort, window: Window,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }, to sink: ([UInt8]) throws -> Void
  ) throws -> BuiltLongPatch {
    guard max(old.count, new.count) < 1 << Varint.bits else { throw DeltaError.imageTooLong }
    var built = BuiltLongPatch()
    func give(_ bytes: [UInt8]) throws {
      built.size += bytes.count
      try sink(bytes)
    }
    try give(head(base: old.hint(), result: new.hint(), count: new.count))
    let landmarks = try Landmarks(of: old)
    for range in new.ranges(of: window.resultBytes) {
      let result = try new.bytes(range)
      let middle = Double(range.lowerBound + range.upperBound) / 2 / Double(new.count)
      var part = Part(
        base: landmarks.ranges(
          for: result, blockBytes: window.blockBytes, atMost: window.baseBytes, middle: middle),
        count: result.count, patchBytes: 0)
      let patch = try PatchBuilder.patch(
        from: part.bytes(of: old), to: result, profile: .linux, set: set, effort: effort)
      var numbers: [UInt8] = []
      part.patchBytes = patch.bytes.count
      part.put(&numbers)
      try give(numbers)
      try give(patch.bytes)
      built.parts += 1
      built.memory = max(built.memory, patch.memory + part.baseBytes + part.count + part.patchBytes)
      built.sets[patch.set, default: 0] += 1
      progress(UInt64(range.upperBound), UInt64(new.count))
    }
    return built
  }
}

/// A long patch that was made.
package struct BuiltLongPatch: Sendable {
  /// The size in bytes.
  package var size = 0
  /// The number of parts.
  package var parts = 0
  /// Bytes of RAM that applying it needs: the maximum of all parts.
  package var memory = 0
  /// The instruction set of most parts.
  package var set: InstructionSet {
    sets.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key ?? .none
  }
  var sets: [InstructionSet: Int] = [:]
}
