import AsvinPatch

/// A patch between images whose compressed parts are unpacked, for devices that have the memory: Linux.
///
/// | bytes | |
/// |---|---|
/// | 1 | 0xD8 |
/// | 1 | 0x10 |
/// | 4, 4 | first bytes of the SHA-256 of base and result |
/// | number | bytes of the recipe, inflated and deflated |
/// | | the recipe, in zlib's format |
/// | | a patch between the opened images |
///
/// A number is a ``Varint``. The recipe holds the number of streams of the base and, for each stream, its gap and
/// format. Then it holds the number of streams of the result and, for each stream, its gap, its length, and one number
/// with format, level and memory level.
package struct StreamPatch {
  package static let magic: UInt8 = 0xD8
  package static let headBytes = 10

  package var old: [UnpackedImage.Stream]
  package var new: [UnpackedImage.Stream]
  package var patch: [UInt8]

  package init(old: [UnpackedImage.Stream], new: [UnpackedImage.Stream], patch: [UInt8]) {
    (self.old, self.new, self.patch) = (old, new, patch)
  }

  package func bytes(base: UInt32, result: UInt32) -> [UInt8] {
    var recipe: [UInt8] = []
    Varint.put(old.count, &recipe)
    for stream in old {
      Varint.put(stream.gap, &recipe)
      Varint.put(Int(stream.format.rawValue), &recipe)
    }
    Varint.put(new.count, &recipe)
    for stream in new {
      Varint.put(stream.gap, &recipe)
      Varint.put(stream.length, &recipe)
      let (level, memory) = (stream.parameters?.level ?? 9, stream.parameters?.memoryLevel ?? 8)
      Varint.put(Int(stream.format.rawValue) | Int(level) << 1 | Int(memory) << 5, &recipe)
    }
    let deflated = Deflate.deflated(recipe[...], .zlib, DeflateParameters(level: 9, memoryLevel: 9)) ?? []
    var bytes: [UInt8] = [Self.magic, 0x10]
    for word in [base, result] {
      bytes += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
    }
    Varint.put(recipe.count, &bytes)
    Varint.put(deflated.count, &bytes)
    return bytes + deflated + patch
  }

  /// Reads the fields after the first bytes of the digests.
  ///
  /// - Throws: ``DeltaError/badRecipe(at:)``.
  package init(_ bytes: [UInt8], limit: Int) throws(DeltaError) {
    var place = Self.headBytes
    let (count, deflated) = (try Varint.get(bytes, &place), try Varint.get(bytes, &place))
    guard count <= limit, deflated <= bytes.count - place,
      let recipe = Deflate.inflated(Array(bytes[place..<place + deflated]) + [0], at: 0, .zlib, limit: count)?.content,
      recipe.count == count
    else { throw .badRecipe(at: place) }
    patch = Array(bytes[(place + deflated)...])
    let start = place
    place = 0
    do throws(DeltaError) {
      (old, new) = ([], [])
      for _ in 0..<(try Self.count(recipe, &place)) {
        let (gap, format) = (try Varint.get(recipe, &place), try Self.format(recipe, &place))
        old.append(.init(gap: gap, length: 0, format: format.0))
      }
      for _ in 0..<(try Self.count(recipe, &place)) {
        let (gap, length) = (try Varint.get(recipe, &place), try Varint.get(recipe, &place))
        let (format, parameters) = try Self.format(recipe, &place)
        // An empty stream costs a hostile recipe almost nothing, but it costs memory and time here.
        guard length > 0 else { throw .badRecipe(at: place) }
        new.append(.init(gap: gap, length: length, format: format, parameters: parameters))
      }
    } catch {
      throw .badRecipe(at: start)
    }
  }

  private static func format(
    _ bytes: [UInt8], _ place: inout Int
  ) throws(DeltaError) -> (StreamFormat, DeflateParameters) {
    let word = try Varint.get(bytes, &place)
    let parameters = DeflateParameters(level: Int32(word >> 1 & 15), memoryLevel: Int32(word >> 5 & 15))
    guard word < 1 << 9, let format = StreamFormat(rawValue: UInt8(word & 1)) else { throw .badRecipe(at: place) }
    return (format, parameters)
  }

  /// The number of streams that follow. Each has at least two bytes.
  private static func count(_ bytes: [UInt8], _ place: inout Int) throws(DeltaError) -> Int {
    let count = try Varint.get(bytes, &place)
    guard count <= (bytes.count - place) / 2 else { throw .badRecipe(at: place) }
    return count
  }
}
