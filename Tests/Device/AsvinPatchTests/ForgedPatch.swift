import AsvinPatch

@testable import AsvinPatchBuilder
@testable import AsvinPatchHost

/// Writes a patch item by item, with the format's own models, whatever the items are.
struct ForgedPatch {
  typealias Codec = PatchCodec<RangeEncoder, KnownBytes, KnownResult>

  let header: PatchHeader
  private let settings: PatchSettings

  init(
    _ header: PatchHeader, oldSize: UInt32 = UInt32(LyingPatch.old.count),
    newSize: UInt32 = UInt32(LyingPatch.new.count)
  ) {
    self.header = header
    var settings = PatchSettings()
    (settings.oldSize, settings.newSize) = (oldSize, newSize)
    self.settings = settings
  }

  /// The same in place, in blocks of 512 bytes.
  static func inPlace(_ header: PatchHeader) -> ForgedPatch {
    let inPlace = Windows.InPlace(blockBits: 9, spareBlocks: 1)
    return ForgedPatch(
      PatchHeader(
        profile: header.profile, emphasis: header.emphasis, base: header.base, result: header.result, inPlace: inPlace))
  }

  /// The header, the settings, and the items after them.
  func bytes(_ items: (inout Codec) -> Void) -> [UInt8] {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: header.workspaceBytes, alignment: 8)
    defer { unsafe memory.deallocate() }
    var codec = unsafe Codec(
      Tables(header.profile, header.emphasis, isInPlace: header.inPlace != nil),
      base: KnownBytes(bytes: LyingPatch.old),
      output: KnownResult(bytes: LyingPatch.new),
      coder: RangeEncoder(), workspace: memory)
    _ = codec.codeSettings(settings)
    items(&codec)
    return (0..<header.byteCount).map { header.bytes[$0] } + codec.coder.finish()
  }

  /// A patch of literals that writes windows in an order; the last of them is not there.
  func windows(_ order: [UInt32]) -> [UInt8] {
    bytes { codec in
      Self.map([], &codec)
      var last: UInt32?
      for index in order.dropLast() {
        _ = codec.codeWindow(index, after: last)
        let window = Windows(header.inPlace, size: settings.newSize)[index]
        codec.open(window)
        _ = codec.codeRun(window.upperBound - window.lowerBound)
        for place in window { _ = codec.codeLiteral(LyingPatch.new[Int(place)]) }
        codec.commit(window)
        last = index
      }
      if let index = order.last { _ = codec.codeWindow(index, after: last) }
    }
  }

  /// The map.
  static func map(_ covers: [Cover], _ codec: inout Codec) {
    _ = codec.codeMapCount(UInt32(covers.count))
    for cover in covers { codec.append(codec.codeMapCover(cover)) }
    codec.endMap()
  }
}
