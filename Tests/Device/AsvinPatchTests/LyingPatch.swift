import AsvinPatch

@testable import AsvinPatchBuilder

/// Patches that a builder would never write: valid except for the defect in their name.
enum LyingPatch: CaseIterable {
  case notAPatch, unknownFormat, unknownProfile, wrongBase, wrongResult, cut, trailingZero, trailingBytes
  case blockTooSmall, noSpareBlock, checkpointTooSmall, windowOutside, windowBefore
  case wrongBaseSize, endlessOutput, mapTooLong
  case mapCoverEmpty, mapCoverBeforeBase, mapCoverBeyondBase, mapCoverBeyondResult, mapCoversOverlap
  case runOverGap, runOverResult
  case copyEmpty, copyOverGap, copyBeforeBase, copyBeyondBase, repeatOverGap, repeatBeyondResult

  /// The reason that must be found.
  var reason: PatchError.Reason {
    switch self {
    case .notAPatch: .notAPatch
    case .unknownFormat, .unknownProfile, .blockTooSmall, .noSpareBlock, .checkpointTooSmall: .unknownFormat
    case .wrongBase, .wrongBaseSize: .wrongBase
    case .wrongResult: .wrongResult
    case .cut: .truncated
    case .trailingZero, .trailingBytes: .trailingBytes
    case .windowOutside, .windowBefore: .badWindow
    case .endlessOutput: .resultTooLong
    case .mapTooLong: .mapTooLong
    case .runOverGap, .runOverResult: .badRun
    case .mapCoverEmpty, .mapCoverBeforeBase, .mapCoverBeyondBase, .mapCoverBeyondResult, .mapCoversOverlap, .copyEmpty,
      .copyOverGap, .copyBeforeBase, .copyBeyondBase, .repeatOverGap, .repeatBeyondResult:
      .badCover
    }
  }

  static let old = HostilePatchTests.old
  static let new = HostilePatchTests.new
  private static var oldSize: UInt32 { UInt32(old.count) }
  private static var newSize: UInt32 { UInt32(new.count) }

  /// The patch.
  func bytes() throws -> [UInt8] {
    let honest = try HostilePatchTests.patch(InstructionSet.none)
    let (header, size) = (try PatchHeader(honest.span), Self.newSize)
    func lie(_ items: (inout ForgedPatch.Codec) -> Void) -> [UInt8] { ForgedPatch(header).bytes(items) }
    // After an invalid cover comes an invalid run, which shows where the cover is accepted.
    func map(_ covers: Cover...) -> [UInt8] {
      lie { codec in
        ForgedPatch.map(covers, &codec)
        codec.open(0..<size)
        _ = codec.codeRun(size + 1)
      }
    }
    // A cover of the map is at 100, so that the gap before it has 100 bytes.
    func gap(_ items: (inout ForgedPatch.Codec) -> Void) -> [UInt8] {
      lie { codec in
        ForgedPatch.map([Cover(new: 100, old: 200, length: 50)], &codec)
        codec.open(0..<size)
        items(&codec)
      }
    }
    func copy(_ old: UInt32, _ length: UInt32) -> [UInt8] {
      gap { codec in
        _ = codec.codeRun(0)
        let cover = codec.codeInline(Cover(new: 0, old: old, length: length))
        codec.begin(cover)
        for place in 0..<Int(length) { _ = codec.codeCopied(Self.new[place]) }
        _ = codec.codeRun(size + 1)
      }
    }
    return switch self {
    case .notAPatch: Self.changed(honest, 0, to: 0xD6)
    case .unknownFormat: Self.changed(honest, 1, to: honest[1] + 0x10)
    case .unknownProfile: Self.changed(honest, 1, to: honest[1] | 3)
    case .wrongBase: Self.changed(honest, 2, to: ~honest[2])
    case .wrongResult: Self.changed(honest, 6, to: ~honest[6])
    // Of literals only, because in another item the zeros after the cut may be refused first.
    case .cut: ForgedPatch.inPlace(header).windows([0, 1]).dropLast(100)
    case .trailingZero: honest + [0]
    case .trailingBytes: honest + [UInt8](repeating: 0xAA, count: 1000)
    case .blockTooSmall: Self.changed(ForgedPatch.inPlace(header).bytes { _ in }, 10, to: 7 | 1 << 5)
    case .noSpareBlock: Self.changed(ForgedPatch.inPlace(header).bytes { _ in }, 10, to: 9)
    case .checkpointTooSmall: Self.changed(ForgedPatch.inPlace(header).bytes { _ in }, 11, to: 1)
    case .windowOutside: ForgedPatch.inPlace(header).windows([size / 512 + 1])
    case .windowBefore: ForgedPatch.inPlace(header).windows([0, .max])
    case .wrongBaseSize: ForgedPatch(header, oldSize: Self.oldSize + 1).bytes { _ in }
    case .endlessOutput: ForgedPatch(header, newSize: 0x8000_0000).bytes { _ in }
    case .mapTooLong:
      lie { _ = $0.codeMapCount(UInt32(Tables(header.profile, header.emphasis, isInPlace: false).covers) + 1) }
    case .mapCoverEmpty: map(Cover(new: 0, old: 0, length: 0))
    case .mapCoverBeforeBase: map(Cover(new: 0, old: 0 &- 8, length: 16))
    case .mapCoverBeyondBase: map(Cover(new: 0, old: Self.oldSize - 8, length: 9))
    case .mapCoverBeyondResult: map(Cover(new: size - 8, old: 0, length: 9))
    case .mapCoversOverlap: map(Cover(new: 10, old: 0, length: 90), Cover(new: 99, old: 0, length: 9))
    case .runOverGap: gap { _ = $0.codeRun(101) }
    case .runOverResult: map()
    case .copyEmpty: copy(0, 0)
    case .copyOverGap: copy(0, 101)
    case .copyBeforeBase: copy(0 &- 8, 16)
    case .copyBeyondBase: copy(Self.oldSize - 8, 9)
    case .repeatOverGap: copy(Self.oldSize, 101)
    case .repeatBeyondResult: copy(Self.oldSize + size - 8, 9)
    }
  }

  private static func changed(_ patch: [UInt8], _ place: Int, to byte: UInt8) -> [UInt8] {
    var patch = patch
    patch[place] = byte
    return patch
  }
}
