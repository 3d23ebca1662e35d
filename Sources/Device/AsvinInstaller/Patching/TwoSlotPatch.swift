import AsvinPatch
public import AsvinVerifier

/// Makes the image in a slot out of the one in another. Behind a power cut the patch is given again from its start, and
/// what stands is not written again.
@safe
public struct TwoSlotPatch<Base: FlashRegion, Target: FlashRegion>: PatchApplying, ~Copyable {
  private let base: Base
  private let baseSize: UInt32
  private let target: Target
  private let memory: UnsafeMutableRawBufferPointer
  /// The applier, behind the header. Not a part of this: it is large, and whatever moves or asks would copy it.
  private let room: UnsafeMutableRawBufferPointer
  private var isBegun = false
  private var header = HeaderBytes()
  private var known: UInt64 = 0

  /// An applier.
  ///
  /// - Parameters:
  ///   - base: the slot that the base stands in, and its bytes there; 0 for the empty base.
  ///   - memory: what the payload's manifest says that applying needs, aligned to 8.
  ///   - room: ``roomBytes`` more, aligned to 8.
  @unsafe
  public init(
    from base: Base, _ baseSize: UInt32, into target: Target, memory: UnsafeMutableRawBufferPointer,
    room: UnsafeMutableRawBufferPointer
  ) {
    (self.base, self.baseSize, self.target) = (base, baseSize, target)
    unsafe (self.memory, self.room) = (memory, room)
  }

  private typealias Running = Applier<RegionBytes<Base>, WrittenSlot<Target>>

  /// Bytes that the applier takes beside what a patch says that it needs.
  public static var roomBytes: Int { MemoryLayout<Running>.size }

  private var applier: UnsafeMutablePointer<Running>? {
    isBegun ? unsafe room.baseAddress?.assumingMemoryBound(to: Running.self) : nil
  }

  /// Bytes of the result that stand in the slot.
  public private(set) var written: UInt64 = 0

  /// Checks that the base is in its slot: a byte of it that has changed would otherwise cost the download of a patch.
  public func check<Slot: FlashRegion, Hash: StreamingHash>(
    _ plan: InstallPlan, in target: Slot, _ hash: Hash.Type
  ) throws(InstallError) {
    guard plan.baseSize == UInt64(baseSize), plan.hasBase(in: base, hash: hash) else {
      throw InstallError(.baseDigestMismatch, at: 0)
    }
  }

  /// Says how much a journal knows to be written.
  public mutating func resume(written: UInt64) {
    known = written & ~UInt64(target.blockBytes &- 1)
    self.written = known
  }

  /// Takes the next bytes of the patch.
  public mutating func push(_ bytes: Span<UInt8>, maximum: UInt64) throws(InstallError) {
    var rest = bytes
    if !isBegun {
      guard try header.take(&rest) else { return }
      try begin(maximum)
    }
    guard let applier = unsafe applier else { return }
    do throws(PatchError) {
      try unsafe applier.pointee.push(rest)
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    written = unsafe max(known, UInt64(applier.pointee.position) & ~UInt64(target.blockBytes &- 1))
  }

  /// Ends the patch.
  public mutating func finish() throws(InstallError) {
    guard let applier = unsafe applier else { throw InstallError(.patchInvalid, at: header.count) }
    do throws(PatchError) {
      try unsafe applier.pointee.finish()
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
    unsafe applier.pointee.withOutput { $0.finish() }
  }

  // On its own, so that an applier in the making is gone from the stack when it runs.
  #if hasFeature(Embedded)
  @inline(never)
  #endif
  private mutating func begin(_ maximum: UInt64) throws(InstallError) {
    do throws(PatchError) {
      let header = try PatchHeader(self.header.bytes.span.extracting(first: Int(truncatingIfNeeded: self.header.count)))
      guard header.inPlace == nil, unsafe header.workspaceBytes <= memory.count, let place = unsafe room.baseAddress,
        unsafe Self.roomBytes <= room.count
      else {
        throw PatchError(.unknownFormat, at: 1)
      }
      let result = min(maximum, target.capacity, UInt64(UInt32.max))
      let applier = unsafe Running(
        header, base: RegionBytes(region: base, count: baseSize), output: WrittenSlot(target, known: known),
        maximum: UInt32(truncatingIfNeeded: result), workspace: memory)
      unsafe place.initializeMemory(as: Running.self, to: applier)
      isBegun = true
    } catch {
      throw InstallError(.patchInvalid, at: error.offset)
    }
  }
}

/// The first bytes of a patch, until its header is whole.
struct HeaderBytes {
  private(set) var bytes: InlineArray<12, UInt8> = .init(repeating: 0)
  private(set) var count: UInt64 = 0

  /// Takes bytes until the header is whole; whether it is. What is left of them is left.
  mutating func take(_ rest: inout Span<UInt8>) throws(InstallError) -> Bool {
    while !rest.isEmpty {
      // In place, two more bytes follow: bit 2 of the second byte says so.
      if count == 10, bytes[1] & 4 == 0 { return true }
      if count == 12 { return true }
      bytes[Int(truncatingIfNeeded: count)] = rest[0]
      count &+= 1
      rest = rest.extracting(droppingFirst: 1)
    }
    return count == 12 || count == 10 && bytes[1] & 4 == 0
  }
}

/// Bytes of a region, as the applier reads its base.
struct RegionBytes<Region: FlashRegion>: ByteStore {
  let region: Region
  let count: UInt32
  func byte(at offset: UInt32) -> UInt8 { region.byte(UInt64(offset)) }
}

/// The slot that a result goes to, of which the first bytes may stand already.
struct WrittenSlot<Target: FlashRegion>: PatchOutput {
  private var writer: SlotWriter<Target>
  private let known: UInt64
  private(set) var count: UInt32 = 0

  init(_ target: Target, known: UInt64) {
    writer = SlotWriter(target, written: known)
    self.known = known
  }

  func byte(at offset: UInt32) -> UInt8 { writer.byte(UInt64(offset)) }

  mutating func append(_ byte: UInt8) {
    if UInt64(count) >= known { writer.append(byte) }
    count &+= 1
  }

  func open(_ window: Range<UInt32>) {}
  func commit(_ window: Range<UInt32>, state: RawSpan) {}
  mutating func finish() { writer.finish() }
}
