import AsvinCrypto
import AsvinPatch

extension LongPatch {
  /// Applies a patch, part after part.
  ///
  /// - Parameters:
  ///   - maximum: the size limit of the result in bytes: the size in the manifest, if there is one.
  ///   - sink: receives the result. If this function throws, the bytes that the sink received must not be used.
  /// - Returns: bytes of the result.
  /// - Throws: ``DeltaError``, and what reading and the sink throw.
  package static func apply(
    _ patch: LongImage, to base: LongImage, maximum: Int, to sink: ([UInt8]) throws -> Void
  ) throws -> Int {
    var place = 0
    func numbers() throws -> [UInt8] { try patch.bytes(place..<min(place + Part.longest, patch.count)) }
    let head = try patch.bytes(0..<min(headBytes, patch.count))
    guard head.first == magic else { throw DeltaError.patch(PatchError(.notAPatch, at: 0)) }
    guard head.count == headBytes else { throw DeltaError.patch(PatchError(.truncated, at: UInt64(head.count))) }
    guard head[1] == version else { throw DeltaError.patch(PatchError(.unknownFormat, at: 1)) }
    func word(_ place: Int) -> UInt32 { head[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    guard try word(2) == base.hint() else { throw DeltaError.patch(PatchError(.wrongBase, at: 2)) }
    place = headBytes
    var (read, used) = (try numbers(), 0)
    let count = try located(place) { () throws(DeltaError) in try Varint.get(read, &used) }
    place += used
    guard count <= maximum else { throw DeltaError.patch(PatchError(.resultTooLong, at: UInt64(headBytes))) }
    var hash = SHA256()
    var left = count
    while left > 0 {
      (read, used) = (try numbers(), 0)
      let part = try located(place) { () throws(DeltaError) in
        try Part.get(read, &used, of: base.count, left: left)
      }
      place += used
      guard part.patchBytes <= patch.count - place else {
        throw DeltaError.patch(PatchError(.truncated, at: UInt64(patch.count)))
      }
      let bytes = try patch.bytes(place..<place + part.patchBytes)
      let source = try part.bytes(of: base)
      let result = try located(place) { () throws(DeltaError) in
        try ImagePatch.apply(bytes, to: source, maximum: part.count)
      }
      guard result.count == part.count else { throw DeltaError.patch(PatchError(.wrongResult, at: UInt64(place))) }
      hash.update(result)
      try sink(result)
      place += part.patchBytes
      left -= part.count
    }
    guard place == patch.count else { throw DeltaError.patch(PatchError(.trailingBytes, at: UInt64(place))) }
    guard hash.finish().hint == word(6) else { throw DeltaError.patch(PatchError(.wrongResult, at: 6)) }
    return count
  }

  /// The offset of an error counts from the start of the complete patch.
  private static func located<Value>(_ start: Int, _ body: () throws(DeltaError) -> Value) throws(DeltaError) -> Value {
    do throws(DeltaError) {
      return try body()
    } catch {
      switch error {
      case .badRecipe(let place): throw .badRecipe(at: start + place)
      case .patch(let inner): throw .patch(PatchError(inner.reason, at: UInt64(start) + inner.offset))
      default: throw error
      }
    }
  }
}
