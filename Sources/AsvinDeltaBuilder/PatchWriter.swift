import AsvinDelta

/// Writes the body of a patch with given covers.
enum PatchWriter {
  /// Codes a patch, and gives what the coder makes of it.
  static func code<Coder: BitCoder & ~Copyable, Result>(
    old: [UInt8], new: [UInt8], covers: [Cover], profile: Profile, settings: PatchSettings, coder: () -> Coder,
    afterLiteral: (borrowing Coder, UInt32) -> Void = { _, _ in }, _ finish: (inout Coder) -> Result
  ) -> Result {
    typealias Codec = PatchCodec<Coder, KnownBytes, KnownResult>
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: Codec.workspaceBytes(profile), alignment: 8)
    defer { unsafe memory.deallocate() }
    var codec = unsafe Codec(
      profile, base: KnownBytes(bytes: old), output: KnownResult(bytes: new), coder: coder(), workspace: memory)
    codec.codeSettings(settings)
    let mappable = covers.indices.filter { covers[$0].old < settings.oldSize }
    let longest = mappable.sorted { covers[$0].length > covers[$1].length }
    let map = longest.prefix(profile.mapCapacity).sorted()
    _ = codec.codeMapCount(UInt32(map.count))
    for index in map {
      codec.append(codec.codeMapCover(covers[index]))
    }
    codec.endMap()
    var index = 0
    for next in map.map(Optional.some) + [nil] {
      let gapEnd = next.map { covers[$0].new } ?? UInt32(new.count)
      while codec.position < gapEnd {
        let inline = index < covers.count && index != next ? covers[index] : nil
        let runEnd = inline?.new ?? gapEnd
        _ = codec.codeRun(runEnd - codec.position)
        while codec.position < runEnd {
          _ = codec.codeLiteral(new[Int(codec.position)])
          afterLiteral(codec.coder, codec.position)
        }
        guard let inline else { continue }
        copy(codec.codeInline(inline), of: new, with: &codec)
        index += 1
      }
      if let next {
        copy(covers[next], of: new, with: &codec)
        index = next + 1
      }
    }
    return finish(&codec.coder)
  }

  private static func copy<Coder: BitCoder & ~Copyable>(
    _ cover: Cover, of new: [UInt8], with codec: inout PatchCodec<Coder, KnownBytes, KnownResult>
  ) {
    codec.begin(cover)
    for _ in 0..<cover.length { _ = codec.codeCopied(new[Int(codec.position)]) }
  }
}
